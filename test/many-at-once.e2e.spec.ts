import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { CliWorld } from './cli.fixture.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;
const total = { units: 1_999, scale: 2, currency: 'GBP' };
const MB = 1_048_576;
const DAY = '2026-03-02T10:00:00Z';

interface Receipt {
  readonly revision: number;
  readonly position: number;
  readonly repeated: boolean;
  readonly facts: readonly { readonly id: string; readonly type: string; readonly revision: number }[];
}

/** Sends a command as a service does: by itself, and waits for the answer. */
async function send(world: CliWorld, command: string, body: object, id: string) {
  const began = performance.now();
  const headers = { 'content-type': 'application/json', 'idempotency-key': id };
  const response = await world.fetch(`/v1/commands/${command}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const receipt = (await response.json()) as Receipt;
  return { status: response.status, receipt, ms: performance.now() - began };
}

const buy = (world: CliWorld, customerId: string, id: string) =>
  send(world, 'RecordPurchase', { customerId, at: DAY, purchaseId: id, total }, id);

function tell(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((share) => sorted[Math.floor(sorted.length * share)]?.toFixed(1));
  process.stderr.write(`${what}: ${sorted.length} answers, p50 ${p50} ms, p99 ${p99} ms\n`);
}

described('many callers of one server', () => {
  const world = new CliWorld();
  beforeAll(() => world.serve(), 60_000);
  afterAll(() => world.close());

  it('are served on one customer in some order, from the first start on: each once, none lost', async () => {
    const callers = Array.from({ length: 64 }, async (_, caller) => {
      const answers = [];
      for (let n = 0; n < 10; n += 1) answers.push(await buy(world, 'one', `p-${caller}-${n}`));
      return answers;
    });
    const answers = (await Promise.all(callers)).flat();
    tell(
      '64 callers on one customer',
      answers.map(({ ms }) => ms),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const revisions = answers.flatMap(({ receipt }) => receipt.facts.map(({ revision }) => revision));
    expect(revisions.sort((a, b) => a - b)).toEqual(
      Array.from({ length: revisions.length }, (_, revision) => revision),
    );
    const bought = answers.flatMap(({ receipt }) => receipt.facts.filter(({ type }) => type === 'PurchaseRecorded'));
    expect(bought).toHaveLength(640);
  }, 60_000);

  it('have the same command done once, and all get its answer', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => buy(world, `ten-${round}`, `same-${round}`)));
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
      const told = answers.map(({ receipt: { repeated: _, ...receipt } }) => receipt);
      for (const one of told) expect(one).toEqual(told[0]);
      const stream = (await (await world.fetch(`/v1/streams/customer-ten-${round}`)).json()) as { facts: unknown[] };
      expect(stream.facts).toHaveLength(told[0]?.facts.length ?? 0);
    }
  }, 60_000);

  it('have the second half of a transfer done once, too', async () => {
    await send(world, 'EarnPoints', { customerId: 'giver', earningId: 'w', points: 500 }, 'w');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        send(world, 'TransferPoints', { customerId: 'giver', transferId: 'gift', to: 'taker', points: 20 }, 'gift'),
      ),
    );
    expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
    const stream = (await (await world.fetch('/v1/streams/customer-taker')).json()) as { facts: { type: string }[] };
    expect(stream.facts.filter(({ type }) => type === 'PointsReceived')).toHaveLength(1);
  }, 60_000);
});

described('slow readers', () => {
  /** Little room, so that garbage does not hide what is held. */
  const world = new CliWorld({ NODE_OPTIONS: '--max-old-space-size=256' });
  const PURCHASES = 1_500;
  const READERS = 12;
  /** Garbage that happens to lie there while a round lasts goes in a later one; what is held for a reader stays. */
  const ROUNDS = 10;
  beforeAll(async () => {
    await world.serve();
    const lines = Array.from({ length: 60 }, (_, n) => ({ sku: `${'x'.repeat(90)}-${n}`, quantity: 1, amount: total }));
    const body = Array.from({ length: PURCHASES }, (_, n) => {
      const purchase = { customerId: `c-${n % 100}`, at: DAY, purchaseId: `p-${n}`, lines };
      return `${JSON.stringify({ command: 'RecordPurchase', commandId: `p-${n}`, ...purchase })}\n`;
    }).join('');
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await (await world.fetch('/v1/commands', { method: 'POST', headers, body })).text();
    expect(answer.match(/"status":201/g)).toHaveLength(PURCHASES);
    const last = JSON.parse(answer.trim().split('\n').at(-1) ?? '') as Receipt;
    const folded = await world.fetch(`/v1/read-models/purchase_history?limit=1&after=${last.position}&wait=10000`);
    expect(folded.status).toBe(200);
  }, 120_000);
  afterAll(() => world.close());

  /** What the server holds now, garbage that was not collected yet included. */
  const held = async (): Promise<number> => {
    const metrics = await (await world.fetch('/metrics')).text();
    const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1]) / MB;
    return figure('nodejs_heap_size_used_bytes') + figure('nodejs_external_memory_bytes');
  };
  /** Sends commands meanwhile; the least of what was held is nearest to what could not be let go. */
  const beside = async (what: string) => {
    const answers = [];
    let least = Infinity;
    for (let n = 0; n < 100; n += 1) {
      answers.push(await buy(world, `beside-${n % 10}`, `${what}-${n}`));
      if (n % 5 === 0) least = Math.min(least, await held());
    }
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    tell(
      what,
      answers.map(({ ms }) => ms),
    );
    return least;
  };
  /** Begins to read, takes a little and stands still. */
  const stuck = async (path: string, accept: string): Promise<IncomingMessage> => {
    const headers = { authorization: `Bearer ${world.token}`, accept };
    const asked = get(world.url + path, { headers });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await once(response, 'readable');
    response.read(100);
    return response;
  };
  const rest = async (response: IncomingMessage): Promise<number> => {
    let lines = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) for (const byte of chunk) if (byte === 10) lines += 1;
    return lines;
  };

  it.each([
    ['the change feed', '/v1/changes?types=PurchaseRecorded', PURCHASES + 1],
    ['the change feed followed', `/v1/changes?types=PurchaseRecorded&follow=true&limit=${PURCHASES}`, PURCHASES],
    ['an export', '/v1/read-models/purchase_history', PURCHASES],
  ])(
    'of %s cost no memory, delay nobody, and get all in the end',
    async (what, path, lines) => {
      const accept = 'application/x-ndjson';
      const whole = await (await world.fetch(path, { headers: { accept } })).arrayBuffer();
      const before = await beside(`before slow readers of ${what}`);
      const readers = await Promise.all(Array.from({ length: READERS }, () => stuck(path, accept)));
      const size = whole.byteLength / MB;
      let grown = Infinity;
      for (let round = 1; round <= ROUNDS && grown >= (size * READERS) / 2; round += 1)
        grown = Math.min(grown, (await beside(`beside ${READERS} slow readers of ${what} (${round})`)) - before);
      process.stderr.write(`${READERS} answers of ${size.toFixed(0)} MB that wait: ${grown.toFixed(0)} MB more held\n`);
      expect(readers.every(({ complete }) => !complete)).toBe(true);
      expect(grown).toBeLessThan((size * READERS) / 2);
      const [first, ...others] = readers;
      for (const one of others) one.destroy();
      expect(await rest(first as IncomingMessage)).toBeGreaterThanOrEqual(lines);
    },
    120_000,
  );
});

described('two servers on one folder', () => {
  const [first, second] = [new CliWorld(), new CliWorld()];
  afterAll(() => Promise.all([first.close(), second.close()]));

  it('the second is refused by name and code; the first goes on; killed, it makes way', async () => {
    await first.serve();
    let stop = false;
    const working = (async () => {
      const answers = [];
      for (let n = 0; !stop; n += 1) answers.push(await buy(first, `c-${n % 10}`, `p-${n}`));
      return answers;
    })();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { code, err } = await first.patron(['serve', '--data', first.data, '--port', '0']);
      expect([code, err]).toEqual([4, expect.stringContaining('(store.refused)')]);
      expect(err).toContain(`Process ${first.pid} is writing to ${first.data}`);
    }
    stop = true;
    const answers = await working;
    tell(
      'beside a second server that is refused',
      answers.map(({ ms }) => ms),
    );
    expect(answers.every(({ status }) => status === 201)).toBe(true);

    await first.end('SIGKILL');
    const { token } = first;
    await first.serve();
    first.token = token;
    const again = await Promise.all(answers.map((_, n) => buy(first, `c-${n % 10}`, `p-${n}`)));
    expect(again.every(({ receipt }) => receipt.repeated)).toBe(true);
    expect(again.map(({ receipt }) => receipt.facts)).toEqual(answers.map(({ receipt }) => receipt.facts));
  }, 120_000);

  it('of many that start at once one serves, and the others say so', async () => {
    const program = fileURLToPath(new URL('../bin/patron.js', import.meta.url));
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [program, 'serve', '--data', second.data, '--port', '0'], { cwd: second.folder }),
    );
    const outcomes = await Promise.all(
      children.map(async (child) => {
        let said = '';
        child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
        const listening = new Promise<string>((resolve) => {
          child.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('listens on') && resolve('serves'));
        });
        return Promise.race([listening, once(child, 'close').then(([code]) => `${String(code)} ${said}`)]);
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'serves')).toHaveLength(1);
    for (const outcome of outcomes.filter((one) => one !== 'serves')) {
      expect(outcome).toMatch(/^4 .*is writing to .*\(store\.refused\)/s);
    }
    for (const child of children) child.kill('SIGKILL');
  }, 120_000);
});
