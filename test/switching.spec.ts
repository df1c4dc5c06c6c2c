import { setTimeout as delay } from 'node:timers/promises';
import { customerStream } from '#kernel/fact.js';
import type { Json, Stored } from '#kernel/ports/read-models.js';
import type { Slice } from '#kernel/slice.js';
import { specOf } from '#engine/read-side.js';
import { EmbeddedReadModels } from '#adapters/embedded/embedded-read-models.js';
import { counting } from '#testing/counting.js';
import { proposed } from '#testing/proposed.js';
import { closeServers, testServer, type Caller, type TestServer } from './server-kit.js';

const MODEL = 'sums';
const CUSTOMERS = 1_500;
const PAGE = 500;
/** A list is more than the sockets between take at once. */
const FILLER = 'much '.repeat(800);
const ROUNDS = 6;

/** What a reader saw: how many documents, and which builds made them. */
type Seen = readonly [documents: number, ...rounds: unknown[]];

/** Of who was told that what they read is gone, and begins with the first page again. */
const begunAnew: Seen = [0, 'anew'];
const seenIn = (docs: readonly Json[]): Seen => [docs.length, ...new Set(docs.map(({ round }) => String(round)))];

/** What a build puts into every document it makes. */
const generation = { now: -1 };

const marking: Slice = {
  ...counting,
  projections: counting.projections.map((projection) => ({
    ...projection,
    on: { Counted: (doc: object) => ({ ...doc, sum: 1, round: generation.now, filler: FILLER }) },
  })),
};

describe('readers while a build is switched to', () => {
  let server: TestServer;
  let caller: Caller;

  beforeAll(async () => {
    server = await testServer({ eventStore: 'embedded', readModels: 'embedded' }, { slices: [marking] });
    caller = server.as('admin');
    const { store } = server.running.patron;
    await Promise.all(
      Array.from({ length: CUSTOMERS }, (_, n) =>
        store.append(customerStream(`c-${n}`), 0, [proposed('Counted', { data: { by: 1 } })]),
      ),
    );
    const { engine } = server.running.patron;
    await engine.projector?.allCaughtUp(await engine.store.head());
  }, 60_000);
  afterAll(closeServers);

  const readers: Readonly<Record<string, () => Promise<Seen>>> = {
    'a page by key': async () => {
      const { status, body } = await caller.get(`/v1/read-models/${MODEL}?limit=${PAGE}`);
      return status === 200 ? seenIn(body.items) : [status];
    },
    'page after page by cursor, by who asks slowly': async () => {
      const docs: Json[] = [];
      for (let cursor: string | undefined; docs.length === 0 || cursor !== undefined; await delay(20)) {
        const behind = cursor === undefined ? '' : `&cursor=${cursor}`;
        const { status, body } = await caller.get(`/v1/read-models/${MODEL}?limit=${PAGE}${behind}`);
        if (body.code === 'read_model.cursor_expired' && status === 409) return begunAnew;
        if (status !== 200) return [status];
        docs.push(...body.items);
        cursor = body.cursor;
      }
      return seenIn(docs);
    },
    'a list as NDJSON, by who reads slowly': async () => {
      const headers = { accept: 'application/x-ndjson' };
      const { status, body } = await caller.send('GET', `/v1/read-models/${MODEL}`, { headers });
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
        text += decoder.decode(chunk, { stream: true });
        await delay(2);
      }
      return status === 200
        ? seenIn(
            text
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line) as Json),
          )
        : [status];
    },
    'a list as CSV': async () => {
      const { status, text } = await caller.get(`/v1/read-models/${MODEL}`, { accept: 'text/csv' });
      const [head = '', ...rows] = text.trim().split('\r\n');
      const at = head.split(',').indexOf('round');
      return status === 200 ? seenIn(rows.map((row) => ({ round: row.split(',')[at] }))) : [status];
    },
  };

  it('has no read that fails, and none that is of two builds', async () => {
    const { engine, config } = server.running.patron;
    const elsewhere = await EmbeddedReadModels.open({ folder: config.data, mode: 'read' }); // as another process reads
    const seen: Seen[] = [];
    let isOver = false;
    /** Page after page of one build, slowly. */
    const other = async (): Promise<void> => {
      while (!isOver) {
        const { model, release } = await (await elsewhere.open(specOf(engine.registry, MODEL))).pin();
        const docs: Json[] = [];
        for (let after = ''; ;) {
          const page: readonly Stored[] = await model.scan(after, PAGE);
          docs.push(...page.map(({ doc }) => doc ?? {}));
          if (page.length < PAGE) break;
          after = page.at(-1)?.key ?? '';
          await delay(10);
        }
        release();
        seen.push(seenIn(docs));
      }
    };
    const reading = Object.values(readers).map(async (read) => {
      while (!isOver) seen.push(await read());
    });
    reading.push(other());
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        generation.now = round;
        expect(await caller.post(`/v1/projections/${MODEL}/rebuild?wait=true`)).toMatchObject({ status: 200 });
        for (const until = seen.length + 3; seen.length < until;) await delay(1);
        if (round % 2 === 1) await caller.post(`/v1/projections/${MODEL}/switch-back`);
        if (round % 3 === 2) await caller.post(`/v1/projections/${MODEL}/drop`);
      }
    } finally {
      isOver = true;
    }
    await Promise.all(reading);
    await elsewhere.close();
    const odd = seen.filter((one) => one.length !== 2 || ![CUSTOMERS, PAGE].includes(one[0]));
    expect(odd.filter((one) => one !== begunAnew)).toEqual([]);
    expect(new Set(seen.map(([, round]) => String(round))).size).toBeGreaterThan(ROUNDS / 2); // they saw the switches
  }, 60_000);
});
