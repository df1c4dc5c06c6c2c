import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { backup, restore } from '#runtime/backup.js';
import { loadConfig } from '#runtime/config.js';
import { BackupRefused, manifestText, readManifest } from '#runtime/manifest.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import { replayBeside } from '#runtime/replay.js';

const config = (data: string, keys?: string) => loadConfig({ flags: { data, keys }, env: {}, folder: '/' });

const register = (patron: Patron, customerId: string): Promise<unknown> =>
  patron.commands.submit({ type: 'RegisterCustomer', body: { customerId, name: 'Ada Lovelace' } });

const buy = (patron: Patron, customerId: string, number: number): Promise<unknown> =>
  patron.commands.submit({
    type: 'RecordPurchase',
    body: { customerId, purchaseId: `p-${number}`, total: { units: 1_000 + number, scale: 2, currency: 'GBP' } },
  });

/** Buys and buys until it is told to stop. */
function busy(patron: Patron): () => Promise<number> {
  let [running, bought] = [true, 0];
  const work = (async () => {
    while (running) await buy(patron, 'c-1', (bought += 1));
  })();
  return async () => {
    running = false;
    await work;
    return bought;
  };
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('a backup', () => {
  const temp = tempFolder();
  const at = (name: string): string => join(temp(), name);

  /** Backs up a folder that somebody has just written to. */
  async function backedUp(): Promise<void> {
    const patron = await openPatron(config(at('data')), { mode: 'write' });
    await register(patron, 'c-1');
    await buy(patron, 'c-1', 1);
    patron.tokens.create({ name: 'shop', role: 'service' });
    await patron.close();
    await backup(config(at('data')), at('backup'), { keysTo: at('kept-keys') });
  }

  it('is taken beside a running writer, and restores to what the log then made of every read model', async () => {
    const patron = await openPatron(config(at('data')), { mode: 'write' });
    await register(patron, 'c-1');
    const stop = busy(patron);
    const { position, facts, sealed, opened } = await backup(config(at('data')), at('backup'));
    expect(await stop()).toBeGreaterThan(0);
    expect(await patron.store.head()).toBeGreaterThan(position);
    await patron.close();

    const restored = await restore(config(at('again'), at('data.keys')), at('backup'));
    expect(restored).toMatchObject({ manifest: { position, facts }, notCompared: [], opened: { differ: [] } });
    const again = await openPatron(config(at('again'), at('data.keys')), { mode: 'write' });
    await again.engine.projector?.allCaughtUp(position);
    for (const { name, stored, equal } of await replayBeside(again)) {
      expect([name, equal, stored.digest]).toEqual([name, true, opened?.[name]?.digest]);
    }
    await again.close();
    expect(sealed['customer_card']?.digest).not.toBe(opened?.['customer_card']?.digest);
  }, 60_000);

  it('holds log, tokens and manifest, and no key', async () => {
    await backedUp();
    expect(readdirSync(at('backup')).sort()).toEqual(['log.db', 'manifest.json', 'tokens.json']);
    expect(readdirSync(at('kept-keys')).sort()).toEqual(['keys.db', 'master.key']);
    expect(readFileSync(at('backup/log.db')).includes('Lovelace')).toBe(false);
  });

  it('opens personal fields with the keys that were copied elsewhere, and restores without any', async () => {
    await backedUp();
    rmSync(at('data'), { recursive: true });
    rmSync(at('data.keys'), { recursive: true });
    const without = await restore(config(at('sealed')), at('backup'));
    expect(without.opened).toBeNull();
    const { opened } = await restore(config(at('again'), at('kept-keys')), at('backup'));
    expect(opened).toEqual({ differ: [] });
    expect(existsSync(at('sealed.keys'))).toBe(false);
  });

  it('tells when other keys are at hand', async () => {
    await backedUp();
    const other = await openPatron(config(at('other')), { mode: 'write' });
    await register(other, 'c-9');
    await other.close();
    const { opened } = await restore(config(at('again'), at('other.keys')), at('backup'));
    expect(opened?.differ).toContain('customer_card');
    expect(opened?.foreign).toContain(`The keys in ${at('other.keys')} are not of history`);
    expect((await restore(config(at('right'), at('data.keys')), at('backup'))).opened).toEqual({ differ: [] });
  });

  it.each(['log.db', 'tokens.json', 'manifest.json'])('with a flipped byte in %s is refused', async (name) => {
    await backedUp();
    flip(at(`backup/${name}`), 120);
    await expect(restore(config(at('again')), at('backup'))).rejects.toThrow(BackupRefused);
    expect(readdirSync(temp()).filter((left) => left.startsWith('again'))).toEqual([]);
  });

  it('that lacks a file is refused, and so is a folder that is none', async () => {
    await backedUp();
    rmSync(at('backup/log.db'));
    await expect(restore(config(at('again')), at('backup'))).rejects.toThrow('log.db is missing');
    await expect(restore(config(at('again')), at('data'))).rejects.toThrow('is no backup of Patron');
  });

  it('whose log was changed together with its hashes is refused, as the log says otherwise', async () => {
    await backedUp();
    const manifest = readManifest(at('backup'));
    const { loyalty_balance: balance, ...sealed } = manifest.sealed;
    const other = { ...sealed, loyalty_balance: { documents: 1, version: balance?.version ?? 0, digest: 'other' } };
    writeFileSync(at('backup/manifest.json'), manifestText({ ...manifest, sealed: other }));
    await expect(restore(config(at('again')), at('backup'))).rejects.toThrow('Folded anew, loyalty_balance');
    writeFileSync(at('backup/manifest.json'), manifestText({ ...manifest, facts: manifest.facts + 1 }));
    await expect(restore(config(at('again')), at('backup'))).rejects.toThrow('The log is another one: facts');
    expect(readdirSync(temp()).filter((left) => left.startsWith('again'))).toEqual([]);
  });

  it('goes nowhere where something is', async () => {
    await backedUp();
    await expect(backup(config(at('data')), at('backup'))).rejects.toThrow('is not empty');
    await expect(restore(config(at('data')), at('backup'))).rejects.toThrow('is not empty');
    await expect(backup(config(at('data')), at('data/inside'))).rejects.toThrow('lies inside the data');
    await expect(backup(config(at('data')), at('b2'), { keysTo: at('b2/keys') })).rejects.toThrow('lie apart');
    mkdirSync(at('empty'));
    await expect(restore(config(at('empty')), at('backup'))).resolves.toMatchObject({ notCompared: [] });
  });

  it('of nothing is refused, and leaves nothing', async () => {
    await expect(backup(config(at('nowhere')), at('backup'))).rejects.toThrow('is not there');
    expect(readdirSync(temp())).toEqual([]);
  });
});
