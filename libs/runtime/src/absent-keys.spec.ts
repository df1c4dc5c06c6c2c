import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeysAbsent } from './absent-keys.js';
import { loadConfig } from './config.js';
import { openPatron } from './patron.js';

describe('data whose keys are elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patron-keys-'));
  const config = loadConfig({ flags: { data: join(folder, 'data') }, env: {} });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is not written to under new keys, and is read with its personal fields sealed', async () => {
    const first = await openPatron(config, { mode: 'write' });
    const body = { customerId: 'c-1', name: 'Ann Example' };
    await first.commands.submit({ type: 'RegisterCustomer', body, commandId: 'r-1' });
    await first.close();
    renameSync(config.keys, `${config.keys}.away`);
    await expect(openPatron(config, { mode: 'write' })).rejects.toThrow(KeysAbsent);
    const reader = await openPatron(config, { mode: 'read' });
    const [fact] = await reader.engine.store.readStream('customer-c-1');
    expect(fact?.data['name']).toMatch(/^sealed:1:/);
    await reader.close();
    renameSync(`${config.keys}.away`, config.keys);
    const again = await openPatron(config, { mode: 'write' });
    const receipt = await again.commands.submit({ type: 'RegisterCustomer', body, commandId: 'r-1' });
    expect(receipt).toMatchObject({ repeated: true });
    await again.close();
  }, 60_000);
});
