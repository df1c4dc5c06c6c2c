import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '#kernel/ports/snapshot-store.js';
import { tempFolder } from '#testing/temp-folder.js';
import { EmbeddedReadModels } from './embedded-read-models.js';

const snapshot: Snapshot = { key: 'a', position: 1, version: 'a:1', keyId: 'k', sealed: Uint8Array.of(1, 2) };

describe('the file of snapshots', () => {
  const folder = tempFolder();
  const models = (): string => join(folder(), 'read-models');
  const path = (): string => join(models(), 'state-snapshots.db');

  it.each([
    ['is no database', 'no database at all, and long enough to be read as one'.repeat(20), 1],
    ['is empty', '', 0],
  ])('that %s is made anew', async (_, bytes, notices) => {
    mkdirSync(models(), { recursive: true });
    writeFileSync(path(), bytes);
    const told: string[] = [];
    const readModels = await EmbeddedReadModels.open({
      folder: folder(),
      mode: 'write',
      notice: (text) => told.push(text),
    });
    const snapshots = await readModels.snapshots();
    await snapshots.write([snapshot]);
    expect(await snapshots.load('a')).toMatchObject({ position: 1 });
    await readModels.close();
    const notice = `${path()} was broken and was removed; it is made anew of the facts, and nothing is lost.`;
    expect(told).toEqual(Array<string>(notices).fill(notice));
  });

  it('takes the place of what earlier programs kept as documents', async () => {
    mkdirSync(models(), { recursive: true });
    for (const ending of ['.db', '.db-wal']) writeFileSync(join(models(), `state_snapshots-v1-4f53cda1${ending}`), 'x');
    const readModels = await EmbeddedReadModels.open({ folder: folder(), mode: 'write' });
    await readModels.snapshots();
    expect(readdirSync(models()).filter((name) => name.startsWith('state_snapshots'))).toEqual([]);
    await readModels.close();
  });

  it('is not opened anew by who comes after its end', async () => {
    const readModels = await EmbeddedReadModels.open({ folder: folder(), mode: 'write' });
    const snapshots = await readModels.snapshots();
    await snapshots.write([snapshot]);
    await readModels.close();
    await expect(snapshots.load('a')).rejects.toThrow('The snapshots are closed.');
    await expect(snapshots.write([snapshot])).rejects.toThrow('The snapshots are closed.');
    expect(readdirSync(models())).toEqual(['state-snapshots.db']); // a connection that is open has two files more
  });

  it('is not made by who only reads', async () => {
    const readModels = await EmbeddedReadModels.open({ folder: folder(), mode: 'read' });
    expect(await (await readModels.snapshots()).load('a')).toBeUndefined();
    await readModels.close();
    expect(existsSync(path())).toBe(false);
  });
});
