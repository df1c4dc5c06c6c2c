import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { bytesIn, tempFolder } from '#testing/temp-folder.js';
import { EmbeddedKeys } from './embedded-keys.js';
import { openDatabase, scalar } from './sqlite.js';

describe('the folder of keys', () => {
  const folder = tempFolder();
  const file = (name: string): string => join(folder(), 'keys', name);
  const open = (): Promise<EmbeddedKeys> => EmbeddedKeys.open({ folder: join(folder(), 'keys') });
  const made = async (): Promise<Uint8Array> => {
    const keys = await open();
    const { bytes } = await keys.keyFor('c-1');
    await keys.close();
    return bytes;
  };
  const changed = (sql: string): void => {
    const db = openDatabase(file('keys.db'));
    db.exec(sql);
    db.close();
  };

  it('is for its owner only, and holds 32 bytes in hex', async () => {
    await made();
    expect(statSync(join(folder(), 'keys')).mode & 0o777).toBe(0o700);
    expect(statSync(file('master.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(file('master.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('never holds a key of a customer in the clear', async () => {
    const key = Buffer.from(await made()).toString('hex');
    for (const bytes of Object.values(bytesIn(join(folder(), 'keys')))) expect(bytes).not.toContain(key);
  });

  it('gives one key where two processes ask at once', async () => {
    const [one, two] = [await open(), await open()];
    const [asked, alsoAsked] = await Promise.all([one.keyFor('c-1'), two.keyFor('c-1')]);
    expect(alsoAsked).toEqual(asked);
    await one.close();
    await two.close();
  });

  it('serves every history where an earlier program made it, which noted none of those that had begun', async () => {
    await made();
    changed("DELETE FROM meta WHERE name = 'histories'");
    const keys = await open();
    await keys.belongTo({ storeId: 'new', isBegun: false, isWritten: true });
    await keys.belongTo({ storeId: 'old', isBegun: true, isWritten: true });
    await keys.close();
  });

  it('makes the keys of one turn in one commit', async () => {
    const keys = await open();
    const db = openDatabase(file('keys.db'), { readOnly: true });
    const before = Number(scalar(db, 'PRAGMA data_version'));
    await Promise.all(Array.from({ length: 100 }, (_, n) => keys.keyFor(`c-${n}`)));
    expect(Number(scalar(db, 'PRAGMA data_version')) - before).toBe(1);
    db.close();
    await keys.close();
  });

  it.each<[string, () => void, string]>([
    ['a master of the wrong length', () => writeFileSync(file('master.key'), 'abcd'), 'does not hold 32 bytes'],
    ['another master', () => writeFileSync(file('master.key'), 'ab'.repeat(32)), 'was made under another key'],
    ['a lost master', () => rmSync(file('master.key')), 'master.key is missing'],
    ['lost keys', () => rmSync(file('keys.db')), 'keys.db is missing'],
    ['torn keys', () => writeFileSync(file('keys.db'), 'not a database '.repeat(500)), 'no SQLite database'],
    ['keys of another program', () => changed('PRAGMA application_id = 7'), 'of another program'],
    ['keys of a newer program', () => changed('PRAGMA user_version = 2'), 'has format 2'],
  ])('with %s is refused and left as it is', async (_, damage, message) => {
    await made();
    damage();
    const before = bytesIn(join(folder(), 'keys'));
    const refused = open();
    await expect(refused).rejects.toBeInstanceOf(StoreRefused);
    await expect(refused).rejects.toThrow(message);
    expect(bytesIn(join(folder(), 'keys'))).toEqual(before);
  });

  it('is begun after a crash in the middle of the first start', async () => {
    await made();
    rmSync(file('keys.db'));
    writeFileSync(file('keys.db'), '');
    await expect(made()).resolves.toHaveLength(32);
  });

  it('says why a key cannot be written, and makes it when it can', async () => {
    await made();
    changed("CREATE TRIGGER full BEFORE INSERT ON keys BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END");
    const keys = await open();
    await expect(keys.keyFor('c-2')).rejects.toThrow('The keys cannot be written: the disk is full');
    changed('DROP TRIGGER full');
    await expect(keys.keyFor('c-2')).resolves.toMatchObject({ bytes: expect.any(Uint8Array) as Uint8Array });
    await keys.close();
  });

  it('does not open a wrapped key for another customer', async () => {
    await made();
    changed("UPDATE keys SET customer = 'c-2'");
    const keys = await open();
    await expect(keys.keyFor('c-2')).rejects.toThrow();
    await keys.close();
  });
});
