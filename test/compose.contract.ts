import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningServer } from '../apps/server/src/serve.js';
import { started } from './compose.fixture.js';
import { callerWith, purchase } from './server-kit.js';

/** Starts Patron's services as docker-compose.yml does, in its order, over one event store, and uses them. */
export function composedTargets(eventStore: () => string): void {
  it('take a command in one, fold it in another and answer it in a third', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'patron-compose-'));
    const over = {
      ...{ PATRON_EVENT_STORE: eventStore(), PATRON_HOST: '127.0.0.1', PATRON_PORT: '0' },
      ...{ PATRON_DATA: join(folder, 'data'), PATRON_KEYS: join(folder, 'keys') },
    };
    const running: RunningServer[] = [];
    try {
      for (const name of ['commands', 'projector', 'queries']) running.push(await started(name, over));
      const [commands, projector, queries] = running.map(({ url }) => url) as [string, string, string];
      const token = running.map((one) => one.token).filter((secret) => secret !== undefined);
      expect(token).toHaveLength(1); // the first to start makes it, the others know it
      const [secret = ''] = token;
      const sent = await callerWith(commands, secret).post('/v1/commands/RecordPurchase', purchase('c-1', 'p-1'));
      expect(sent.status).toBe(201);
      const path = `/v1/read-models/purchase_history?after=${sent.body.position}&wait=10000`;
      const read = await callerWith(queries, secret).get(path);
      expect(read.text).toContain('p-1');
      for (const url of [commands, projector, queries]) {
        expect((await callerWith(url, secret).get('/health/live')).status).toBe(200);
        expect(await readyWithin(10_000, () => callerWith(url, secret).get('/health/ready'))).toBe(true);
      }
      const elsewhere = await callerWith(queries, secret).post('/v1/commands/RecordPurchase', purchase('c-1', 'p-2'));
      expect(elsewhere.status).toBe(404);
    } finally {
      for (const one of running.reverse()) await one.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
}

/** Read models that nobody waited for may still be folded. */
async function readyWithin(ms: number, ask: () => PromiseLike<{ readonly status: number }>): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await delay(50))
    if ((await ask()).status === 200) return true;
  return false;
}
