import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '#kernel/ports/read-models.js';
import { momentOf, type Moment } from '#engine/past.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { tempFolder } from '#testing/temp-folder.js';
import { loadConfig } from '../config.js';
import { events } from './facts.js';
import { OwnReplay } from './own-replay.js';
import { ownProjections } from './own-projections.js';
import { rowsOf } from './own-rows.js';
import { policies } from './policies.js';

const config = loadConfig({ flags: { data: 'named-never-made', readModels: 'memory' } });
const usd = (dollars: number) => ({ units: dollars * 100, scale: 2, currency: 'USD' });
const { signal } = new AbortController();
const never = new Error('It was to be refused.');

const folder = tempFolder();

let files = 0;
/** Writes a file with these lines; the import is its first. */
function file(lines: string, ending = 'ts'): string {
  const path = join(folder(), `own-${(files += 1)}.${ending}`);
  writeFileSync(path, `import { defineProjection, plusDays, policies, type FactOf } from 'patron/replay';\n${lines}`);
  return path;
}

/** Four purchases of two customers, the second of them said two weeks late. */
async function shop(): Promise<World> {
  const world = await engineWorld(slices, { now: '2025-01-10T09:00:00.000Z' });
  const buy = (customerId: string, dollars: number, at: string, channel?: string) =>
    world.send({
      type: 'RecordPurchase',
      customerId,
      purchaseId: at,
      total: usd(dollars),
      at,
      ...(channel && { channel }),
    });
  await buy('ann', 10, '2025-01-10T09:00:00Z', 'shop');
  await world.advanceTo('2025-01-20T09:00:00Z');
  await buy('bob', 20, '2025-01-20T09:00:00Z', 'web');
  await buy('ann', 30, '2025-01-06T09:00:00Z', 'web');
  await world.advanceTo('2025-03-01T09:00:00Z');
  await buy('ann', 40, '2025-03-01T09:00:00Z');
  return world;
}

async function replayed(
  world: World,
  paths: readonly string[],
  moment?: Moment,
): Promise<Record<string, readonly object[]>> {
  const projections = await ownProjections(paths);
  const folded = await OwnReplay.of({ engine: world.engine, config, projections, moment });
  try {
    const tables: Record<string, readonly object[]> = {};
    for (const own of projections) {
      const rows: object[] = [];
      for await (const some of rowsOf(own, folded.documents(own.projection.name), signal)) rows.push(...some);
      tables[own.projection.name] = rows;
    }
    return tables;
  } finally {
    await folded.close();
  }
}

const spent = (name: string, more = '') => `export const ${name} = defineProjection({
  name: '${name}',
  initial: (key) => ({ key, dollars: 0, purchases: 0 }),
  on: {
    PurchaseRecorded: (doc, { data }) => ({ ...doc, dollars: doc.dollars + data.total.units / 100, purchases: doc.purchases + 1 }),
  },${more}
});
`;

describe('projections of an analyst’s own', () => {
  let world: World;
  beforeAll(async () => {
    world = await shop();
  });
  afterAll(() => world.close());

  it('have the type of every fact and every policy there is', () => {
    expect(Object.keys(events).sort()).toEqual([...world.engine.registry.events.keys()].sort());
    expect(Object.keys(policies).sort()).toEqual([...world.engine.registry.policies.keys()].sort());
  });

  it('are folded by customer, by any key, and into rows, several files in one pass', async () => {
    const byChannel = spent('by_channel', `\n  key: ({ data }) => data.channel ?? [],`);
    const rows = `\n  async *rows(docs) { let all = 0; for await (const doc of docs) all += doc.dollars; yield { all }; },`;
    const tables = await replayed(world, [file(spent('by_customer')), file(byChannel + spent('in_all', rows))]);
    expect(tables).toEqual({
      by_customer: [
        { key: 'ann', dollars: 80, purchases: 3 },
        { key: 'bob', dollars: 20, purchases: 1 },
      ],
      by_channel: [
        { key: 'shop', dollars: 10, purchases: 1 },
        { key: 'web', dollars: 50, purchases: 2 },
      ],
      in_all: [{ all: 100 }],
    });
  });

  it('are folded as of a moment, by recorded and by business time', async () => {
    const path = file(spent('then'));
    const ann = async (moment: Moment): Promise<unknown> => (await replayed(world, [path], moment))['then']?.[0];
    expect(await ann(momentOf('2025-01-15T00:00:00Z', 'recorded'))).toMatchObject({ dollars: 10 });
    expect(await ann(momentOf('2025-01-15T00:00:00Z', 'business'))).toMatchObject({ dollars: 40 });
    await expect(ann(momentOf('2199-01-01T00:00:00Z', 'business'))).rejects.toThrow('has not come');
  });

  it('see time pass by their timers, the policies in force, and what was measured of everybody', async () => {
    const path = file(`
      interface Doc { customerId: string; last: string; zone: string; quietOn: string | null; measured: number }
      export default defineProjection({
        name: 'quiet',
        initial: (customerId): Doc => ({ customerId, last: '', zone: '', quietOn: null, measured: 0 }),
        on: {
          PurchaseRecorded: (doc, fact, { policy }) =>
            ({ ...doc, last: fact.occurredAt, quietOn: null, zone: policy(policies.company).zone }),
        },
        timers: {
          due: ({ last, quietOn }) => (quietOn === null ? plusDays(last.slice(0, 10), 30) + 'T00:00:00Z' : null),
          fire: (doc, at) => ({ ...doc, quietOn: at }),
        },
        broadcast: { PopulationMeasured: (doc, { data }) => ({ ...doc, measured: data.customers }) },
      });`);
    const { quiet } = await replayed(world, [path]);
    expect(quiet).toEqual([
      { customerId: 'ann', last: '2025-03-01T09:00:00.000Z', zone: 'UTC', quietOn: null, measured: 2 },
      ...[
        {
          customerId: 'bob',
          last: '2025-01-20T09:00:00.000Z',
          zone: 'UTC',
          quietOn: '2025-02-19T00:00:00.000Z',
          measured: 2,
        },
      ],
    ]);
  });

  it('never see personal fields', async () => {
    await world.send({ type: 'RegisterCustomer', customerId: 'cat', name: 'Cat', language: 'en' });
    const path = file(`export default defineProjection({
      name: 'names',
      initial: () => ({ name: 'unset' as string | null, language: '' as string | null }),
      on: { CustomerRegistered: (_, { data }) => ({ name: data.name, language: data.language }) },
    });`);
    expect(await replayed(world, [path])).toEqual({ names: [{ name: null, language: 'en' }] });
  });

  it('say at which fact and in which line of theirs they failed, also in what they import', async () => {
    writeFileSync(
      join(folder(), 'helper.ts'),
      `type Odd = { total: { units: number } };\n\nexport const units = (data: Odd): number => {\n  if (data.total.units > 3_000) throw new Error('too dear');\n  return data.total.units;\n};\n`,
    );
    const path = file(`import { units } from './helper.js';
      export default defineProjection({
        name: 'dear',
        initial: () => ({ units: 0 }),
        on: { PurchaseRecorded: (doc, { data }: FactOf<'PurchaseRecorded'>) => ({ units: doc.units + units(data) }) },
      });`);
    const failed = await replayed(world, [path]).then(
      () => never,
      (error: Error) => error,
    );
    const facts = (await world.store.readStream('customer-ann')).filter(({ type }) => type === 'PurchaseRecorded');
    const { id, revision, position, occurredAt } = facts.at(-1) ?? {};
    expect(failed.message.split('\n')).toEqual([
      'dear: too dear',
      expect.stringMatching(/^ {2}at .*helper\.ts:4:39$/) as unknown,
      `  folding PurchaseRecorded ${id}, fact ${revision} of customer-ann, position ${position}, of ${occurredAt}`,
      'Nothing was written.',
    ]);
  });

  it('name the timer that failed', async () => {
    const timers = `\n  timers: { due: () => '2025-02-01', fire: (doc) => doc },`;
    await expect(replayed(world, [file(spent('timed', timers))])).rejects.toThrow(
      'timers.due gave "2025-02-01": it must be an instant',
    );
  });

  it.each([
    [`(doc) => { doc.purchases += 1; }`, 'on.PurchaseRecorded gave nothing back: return the document'],
    [`async (doc) => doc`, 'on.PurchaseRecorded gave a promise: a fold must not be async.'],
    [`() => 7`, 'on.PurchaseRecorded gave 7, not a document.'],
    [`() => ({ n: 7n })`, 'the field n is 7n, which JSON does not know.'],
    [`() => { throw 'a text'; }`, 'odd: a text'],
  ])('a handler %s is refused', async (handler, message) => {
    const path = file(
      `export default defineProjection({ name: 'odd', initial: () => ({ purchases: 0 }), on: { PurchaseRecorded: (${handler}) as any } });`,
    );
    await expect(replayed(world, [path])).rejects.toThrow(message);
  });

  it('fail in their rows with the line', async () => {
    const rows = `\n  rows() {\n    throw new Error('no rows');\n  },`;
    await expect(replayed(world, [file(spent('rowless', rows))])).rejects.toThrow(
      /rowless: .*own-\d+\.ts:\d+:11: no rows/,
    );
  });

  it('have rows to give, and no promise of them', async () => {
    const rows = `\n  rows: (async () => []) as any,`;
    await expect(replayed(world, [file(spent('promised', rows))])).rejects.toThrow('rows must give rows: async *rows');
  });

  it('go on past a fact that nobody can read, and say whose documents end before it', async () => {
    const data = { purchaseId: 'x', total: usd(5) };
    const odd = { id: 'odd', type: 'SomethingNewer', version: 1, occurredAt: '2025-03-02T00:00:00.000Z', data };
    await world.store.append('customer-dan', 0, [{ ...odd, metadata: { commandId: 'odd' } }]);
    const projections = await ownProjections([file(spent('readable'))]);
    const folded = await OwnReplay.of({ engine: world.engine, config, projections });
    expect(folded.parked).toMatchObject([
      { projection: 'readable', customerId: 'dan', type: 'SomethingNewer', revision: 0 },
    ]);
    expect(await folded.count('readable')).toBe(2);
    await folded.close();
  });

  it('may be plain JavaScript', async () => {
    const path = join(folder(), 'plain.cjs');
    writeFileSync(
      path,
      `exports.one = { name: 'plain', initial: (key) => ({ key }), on: { PurchaseRecorded: (doc) => doc } };`,
    );
    const { plain } = (await replayed(world, [path])) as Record<string, readonly Json[]>;
    expect(plain?.map(({ key }) => key)).toEqual(['ann', 'bob']);
  });
});

describe('a file of projections', () => {
  const refused = async (...paths: string[]): Promise<string> =>
    ownProjections(paths).then(
      () => Promise.reject(never),
      (error: Error) => error.message,
    );

  it.each([
    [`export const nothing = 1;`, /own-\d+\.ts exports no projection: `export default defineProjection\(/],
    [`const a = ;`, /own-\d+\.ts:2:11: Unexpected ";"\n {4}const a = ;/],
    [`import { x } from './absent.js';\nconsole.log(x);`, /own-\d+\.ts:2:19: Could not resolve "\.\/absent\.js"/],
    [`\n\nthrow new Error('at once');`, /own-\d+\.ts:4:7: at once/],
    [
      spent('wrong').replace('PurchaseRecorded', 'PurchaseRecordd'),
      /handles PurchaseRecordd, and there is no such fact\. Did you mean PurchaseRecorded/,
    ],
    [spent('wrong').replace('PurchaseRecorded', 'PolicyPublished'), /PolicyPublished is of no customer: say by `key`/],
    [spent('wrong').replace(`'wrong'`, `'Not A Name'`), /its name must be lower-case letters/],
    [spent('wrong', `\n  timer: {},`), /there is no field timer\. Did you mean timers/],
    [spent('wrong').replace('initial: (key) => ({ key,', 'initial: ({'), /initial must be a function/],
    [spent('wrong', `\n  broadcast: { PurchaseRecorded: (doc) => doc },`), /broadcast takes PopulationMeasured only/],
    [
      spent('twice') + spent('twice').replace('const twice', 'const again'),
      /There are two projections twice, twice in .*own-\d+\.ts/,
    ],
  ])('that does not hold is refused, case %#', async (text, message) => {
    expect(await refused(file(text))).toMatch(message);
  });

  it('is refused where it is not there, and two of one name say where they stand', async () => {
    expect(await refused(join(folder(), 'absent.ts'))).toContain('There is no file');
    expect(await refused(file(spent('same')), file(spent('same')))).toMatch(
      /two projections same, in .*own-\d+\.ts and .*own-\d+\.ts/,
    );
  });
});
