import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { proposals, proposed } from '#testing/proposed.js';
import { tempFolder } from '#testing/temp-folder.js';
import { EmbeddedEventStore } from './embedded-event-store.js';
import { SameFiles } from './same-files.js';

describe('files that a process has open', () => {
  const folder = tempFolder();
  it('are the same while they grow, and are not once another one has their name or nothing has', () => {
    const path = join(folder(), 'a');
    const later = join(folder(), 'b');
    writeFileSync(path, 'one');
    const files = new SameFiles([path, later]);
    writeFileSync(path, 'one and two', { flag: 'a' });
    files.check();
    writeFileSync(later, 'made since');
    files.check();
    renameSync(path, `${path}.aside`);
    expect(() => files.check()).toThrow(StoreRefused);
    writeFileSync(path, 'another');
    expect(() => files.check()).toThrow(/a is not the file any more that this process has open/);
    renameSync(`${path}.aside`, path);
    files.check();
    rmSync(later);
    expect(() => files.check()).toThrow(/b is not the file/);
  });
});

describe('an embedded store whose log was moved away under it', () => {
  const place = tempFolder();
  it.each([['log.db'], ['log.db-wal']])(
    'answers no append as done and reads nothing, until it is back: %s',
    async (name) => {
      const folder = place();
      const store = await EmbeddedEventStore.open({ folder, mode: 'write' });
      const beside = await EmbeddedEventStore.open({ folder, mode: 'read' });
      await store.append('note-1', 0, proposals(3));
      const path = join(folder, name);
      const older = join(folder, 'older');
      cpSync(path, older);
      renameSync(path, `${path}.aside`);
      renameSync(older, path);
      const refused = [
        () => store.append('note-1', 3, [proposed()]),
        () => store.append('note-2', 0, [proposed()]),
        () => store.readStream('note-1'),
        () => store.head(),
        () => store.readAll()[Symbol.asyncIterator]().next(),
        ...(name === 'log.db' ? [() => beside.head(), () => beside.readStream('note-1')] : []),
      ];
      for (const call of refused) await expect(call()).rejects.toBeInstanceOf(StoreRefused);
      renameSync(`${path}.aside`, path);
      const [{ length }] = [await store.readStream('note-1')];
      expect(await store.append('note-1', length, [proposed()])).toMatchObject({ revision: length });
      await store.close();
      await beside.close();
    },
  );
});
