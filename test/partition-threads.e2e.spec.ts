import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const CUSTOMERS = 3_000;
const PURCHASES = 5;

/** What a process of the compiled program says of itself. */
interface Said {
  readonly signal: NodeJS.Signals | null;
  readonly answer?: unknown;
}

/** Runs a text of the compiled program on the history; what it prints as JSON. */
async function run(folder: string, partitions: number, text: string): Promise<Said> {
  const opening = `
    import { openPatron } from '#runtime/patron.js';
    import { loadConfig } from '#runtime/config.js';
    import { modelDigest } from '#engine/digest.js';
    let threads = 0;
    process.on('worker', () => (threads += 1));
    const flags = { data: ${JSON.stringify(folder)}, partitions: ${partitions} };
    const patron = await openPatron(loadConfig({ flags, env: {} }), { mode: 'write', lingerMs: 3_000 });
    const { projector, registry, store } = patron.engine;
    const names = [...registry.projections.keys()];
    const digests = async () => {
      const all = {};
      for (const name of names) all[name] = (await modelDigest(await projector.model(name))).digest;
      return all;
    };
    const tell = (answer) => console.log(JSON.stringify(answer));`;
  const program = join(root, 'dist', `partitions-${process.pid}-${Date.now()}.mjs`); // where \`#\` imports lead to the compiled program
  writeFileSync(program, `${opening}\n${text}\nawait patron.close();`);
  const child = spawn(process.execPath, [program], { timeout: 90_000, killSignal: 'SIGKILL' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  rmSync(program);
  if (code !== 0 && out === '' && signal === null) throw new Error(`ended with ${code}: ${err}`);
  return { signal, ...(out !== '' && { answer: JSON.parse(out) as unknown }) };
}

/** Facts as other programs of ours would have appended them, without deciding anything. */
const HISTORY = `
  const instant = (n) => new Date(Date.UTC(2025, 0, 1) + n * 60_000).toISOString();
  const bought = (customer, n) => ({
    id: \`00000000-0000-5000-8000-\${String(customer * 100 + n).padStart(12, '0')}\`,
    type: 'PurchaseRecorded', version: 2, occurredAt: instant(n * 40_000 + customer),
    data: { purchaseId: \`p-\${customer}-\${n}\`, total: { units: 100 + customer, scale: 2, currency: 'GBP' }, lines: [] },
    metadata: { commandId: \`c-\${customer}-\${n}\`, actor: { kind: 'service', id: 'spec' }, program: 'patron/1' },
  });
  for (let n = 0; n < ${PURCHASES}; n += 1) {
    const appends = [];
    for (let customer = 0; customer < ${CUSTOMERS}; customer += 1)
      appends.push(store.append(\`customer-c\${customer}\`, n, [bought(customer, n)]));
    await Promise.all(appends);
  }`;

describe('a build by partitions of customers in threads', () => {
  let folder: string;
  let alone: unknown;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'patron-partitions-'));
    const { answer } = await run(
      folder,
      1,
      `${HISTORY}
       await projector.rebuild(names);
       tell({ threads, digests: await digests(), documents: await (await projector.model('lifecycle_stage')).count() });`,
    );
    expect(answer).toMatchObject({ threads: 0, documents: CUSTOMERS });
    alone = (answer as { digests: unknown }).digests;
  }, 120_000);

  afterAll(() => {
    for (const path of [folder, `${folder}.keys`]) rmSync(path, { recursive: true, force: true });
  });

  it('gives every read model as one alone gives it, and leaves no thread behind', async () => {
    const { answer } = await run(
      folder,
      4,
      `const compared = await projector.rebuild(names, undefined, true);
       const differing = compared.filter(({ changed, appeared, disappeared }) => changed + appeared + disappeared > 0);
       tell({ threads, digests: await digests(), differing });`,
    );
    expect(answer).toEqual({ threads: 3, digests: alone, differing: [] }); // and the one that builds
  }, 120_000);

  it('goes on after kill -9 with what the threads had kept, in another number of them', async () => {
    const killed = await run(
      folder,
      2,
      `await projector.rebuild('value_tier', (_, __, facts) => {
         if (facts > ${CUSTOMERS * PURCHASES * 0.9}) process.kill(process.pid, 'SIGKILL');
       });`,
    );
    expect(killed).toEqual({ signal: 'SIGKILL' });
    const { answer } = await run(
      folder,
      3,
      `const told = [];
       await projector.rebuild('value_tier', (_, __, facts) => told.push(facts));
       tell({ threads, first: told[0], last: told.at(-1), digests: await digests() });`,
    );
    expect(answer).toMatchObject({ threads: 2, digests: alone });
    const { first, last } = answer as { first: number; last: number };
    expect(first).toBeGreaterThan(4_000); // a portion was kept
    expect(last).toBeLessThan(CUSTOMERS * PURCHASES + 100); // none was folded twice
  }, 120_000);

  it('is given up in the midst, leaves what is read, and can be begun again', async () => {
    const { answer } = await run(
      folder,
      2,
      `const refused = await projector
         .rebuild('lifecycle_stage', () => void projector.cancel('lifecycle_stage'))
         .catch(({ code }) => code);
       const before = (await digests()).lifecycle_stage;
       await projector.rebuild('lifecycle_stage');
       tell({ threads, refused, before, after: (await digests()).lifecycle_stage });`,
    );
    const stage = (alone as Record<string, string>)['lifecycle_stage'];
    expect(answer).toEqual({ threads: 2, refused: 'projection.rebuild_cancelled', before: stage, after: stage });
  }, 120_000);
});
