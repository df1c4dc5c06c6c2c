import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a text of the compiled program in a process of its own; what it prints as JSON. */
async function run(folder: string, text: string): Promise<unknown> {
  const opening = `
    import { openPatron } from '#runtime/patron.js';
    import { loadConfig } from '#runtime/config.js';
    const patron = await openPatron(loadConfig({ flags: { data: ${JSON.stringify(folder)} }, env: {} }), { mode: 'write', thread: true });
    const { engine, commands } = patron;
    // an order that is none is an error nobody catches there, between two calls of the driver, as a mistake of ours would be
    const died = (worker) => new Promise((resolve) => worker.once('exit', resolve).postMessage(null));
    const register = (customerId) => commands.submit({ type: 'RegisterCustomer', body: { customerId } });`;
  const program = join(root, 'dist', `thread-${process.pid}-${Date.now()}.mjs`); // where `#` imports lead to the compiled program
  writeFileSync(program, `${opening}\n${text}`);
  const child = spawn(process.execPath, [program], { timeout: 60_000, killSignal: 'SIGKILL' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  rmSync(program);
  if (code !== 0) throw new Error(`ended with ${code}: ${err}`);
  return JSON.parse(out);
}

describe('the thread that folds projections', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'patron-thread-'));
  });

  afterEach(() => {
    for (const path of [folder, `${folder}.keys`]) rmSync(path, { recursive: true, force: true });
  });

  it('shows what was sent to whoever waits for it, counts, and rebuilds', async () => {
    const seen = await run(
      folder,
      `const { position } = await register('c-1');
       await engine.readSide.caughtUp('customer_card', position, 20_000);
       const card = await engine.queries.get('customer_card', 'c-1');
       await engine.projector.rebuild('customer_card');
       const status = (await engine.projector.status()).find(({ name }) => name === 'customer_card');
       const unknown = await engine.projector.rebuild('nothing').catch(({ code }) => code);
       const late = await engine.readSide.caughtUp('customer_card', position + 1, 50).catch(({ code }) => code);
       await patron.close();
       console.log(JSON.stringify([card.doc.customerId, status.documents, status.position >= position, unknown, late]));`,
    );
    expect(seen).toEqual(['c-1', 1, true, 'read_model.not_found', 'read_model.not_yet']);
  }, 90_000);

  it('that died is followed by another, which goes on where it was; the process ends all the same', async () => {
    const seen = await run(
      folder,
      `await engine.readSide.caughtUp('customer_card', (await register('c-1')).position, 20_000);
       await died(engine.projector.worker);
       const without = await engine.projector.status().catch(({ code }) => code);
       const { position } = await register('c-2');
       const until = Date.now() + 20_000;
       while (await engine.projector.reached().then((reached) => reached < position, () => true)) {
         if (Date.now() > until) throw new Error('nobody folds');
         await new Promise((resolve) => setTimeout(resolve, 100));
       }
       const card = await engine.queries.get('customer_card', 'c-2');
       await died(engine.projector.worker);
       await patron.close();
       console.log(JSON.stringify([without, card.doc.customerId]));`,
    );
    expect(seen).toEqual(['store.unavailable', 'c-2']);
  }, 90_000);
});
