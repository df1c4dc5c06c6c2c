import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { proposals } from '#testing/proposed.js';
import { bytesIn, tempFolder } from '#testing/temp-folder.js';
import { EmbeddedEventStore } from './embedded-event-store.js';
import { openDatabase } from './sqlite.js';

describe('a log that is not ours to use', () => {
  const folder = tempFolder();
  const log = (): string => join(folder(), 'log.db');
  const open = (mode: 'write' | 'read'): Promise<EmbeddedEventStore> =>
    EmbeddedEventStore.open({ folder: folder(), mode });

  const ours = async (): Promise<void> => {
    const store = await open('write');
    await store.append('note-1', 0, proposals(200));
    await store.close();
  };
  const changed = (sql: string, path = log()): void => {
    const db = openDatabase(path);
    db.exec(sql);
    db.close();
  };

  it.each<[string, () => Promise<void> | void, string]>([
    ['something else', () => writeFileSync(log(), 'not a database '.repeat(500)), 'is no SQLite database'],
    ['a database of somebody else', () => changed('CREATE TABLE t (x)'), 'of another program'],
    [
      'a database of another application',
      () => changed('PRAGMA application_id = 7; CREATE TABLE t (x)'),
      'of another program',
    ],
    ['a log of a newer program', () => ours().then(() => changed('PRAGMA user_version = 2')), 'has format 2'],
    ['a log without a name', () => ours().then(() => changed('DELETE FROM meta')), 'is torn'],
    ['a log cut short', () => ours().then(() => truncateSync(log(), 20_480)), 'torn'],
    ['a log cut inside a page', () => ours().then(() => truncateSync(log(), 20_000)), 'torn'],
    ['a header alone', () => ours().then(() => truncateSync(log(), 100)), 'torn'],
    ['an empty file', () => writeFileSync(log(), ''), 'is empty (0 bytes)'],
  ])('%s is refused and left as it is', async (_, make, message) => {
    await make();
    const { 'log.db': before } = bytesIn(folder());
    for (const mode of ['write', 'read'] as const) {
      const refused = open(mode);
      await expect(refused).rejects.toBeInstanceOf(StoreRefused);
      await expect(refused).rejects.toThrow(message);
    }
    expect(bytesIn(folder())['log.db']).toBe(before);
  });

  it('is not begun where its folder is a file, or lies in one', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    for (const place of [file, join(file, 'data')]) {
      const refused = EmbeddedEventStore.open({ folder: place, mode: 'write' });
      await expect(refused).rejects.toBeInstanceOf(StoreRefused);
      await expect(refused).rejects.toThrow(`${place} cannot be made a folder`);
    }
  });

  it('is not opened where a folder has its name', async () => {
    mkdirSync(log());
    for (const mode of ['write', 'read'] as const) {
      const refused = open(mode);
      await expect(refused).rejects.toBeInstanceOf(StoreRefused);
      await expect(refused).rejects.toThrow(`${log()} is no file`);
    }
  });

  it('is not begun by a reader', async () => {
    await expect(open('read')).rejects.toThrow('no process has begun a history');
    expect(existsSync(log())).toBe(false);
  });

  it('is not begun where facts of a lost log are left', async () => {
    writeFileSync(`${log()}-wal`, 'facts');
    await expect(open('write')).rejects.toThrow('is missing, though facts');
    expect(existsSync(log())).toBe(false);
  });

  it('is begun anew after a crash in the middle of the first start', async () => {
    writeFileSync(`${log()}.new`, 'half a log');
    await ours();
    expect(existsSync(`${log()}.new`)).toBe(false);
  });

  it('is begun beside read models of a log that was removed', async () => {
    await ours();
    rmSync(log());
    const store = await open('write');
    expect(await store.head()).toBe(0);
    await store.close();
  });
});
