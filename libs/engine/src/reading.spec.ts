import type { Proposed } from '#kernel/fact.js';
import { customerStream } from '#kernel/fact.js';
import { counting, switches } from '#testing/counting.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { CursorExpired, NotYetProjected, UnreadableHistory } from './errors.js';

let world: World;
beforeEach(async () => {
  switches.broken = false;
  world = await engineWorld([counting]);
});
afterEach(() => world.close());

const count = (customerId: string, by: number) => world.send({ type: 'Count', customerId, by });
const fact = (id: string, changed: Partial<Proposed> = {}): Proposed => ({
  ...{ id, type: 'Counted', version: 1, occurredAt: '2026-03-02T12:00:00.000Z', data: { by: 1 } },
  metadata: { commandId: id },
  ...changed,
});
const parked = async () => {
  await world.quiet();
  const status = await world.engine.projector?.status();
  return status?.find(({ name }) => name === 'sums')?.parked.map(({ customerId, type }) => [customerId, type]);
};

describe('a fact that cannot be read', () => {
  it.each<[string, Partial<Proposed>]>([
    ['of an unknown type', { type: 'Unheard' }],
    ['of a newer version', { version: 2 }],
    ['with a body that does not hold', { data: { by: 'much' } }],
  ])('%s parks its customer, and others go on', async (_, changed) => {
    await count('a', 1);
    await world.store.append(customerStream('a'), 1, [fact('x', changed)]);
    await count('b', 2);
    expect(await parked()).toEqual([['a', changed.type ?? 'Counted']]);
    const documents = await world.documents('sums');
    expect([documents.get('a'), documents.get('b')]).toMatchObject([{ sum: 1 }, { sum: 2 }]);
    world = await world.restarted();
    await expect(count('a', 1)).rejects.toBeInstanceOf(UnreadableHistory);
    expect(await parked()).toEqual([['a', changed.type ?? 'Counted']]);
    await world.advanceTo('2026-03-05T00:00:00.000Z');
    await count('b', 2);
    expect((await world.documents('sums')).get('b')).toMatchObject({ sum: 4 });
  });
});

describe('a fold that throws', () => {
  it('parks its customer until it is mended and tried again', async () => {
    switches.broken = true;
    await count('a', 1);
    await count('a', 13);
    await count('a', 1);
    await count('b', 2);
    expect(await parked()).toEqual([['a', 'Counted']]);
    expect((await world.documents('sums')).get('a')).toMatchObject({ sum: 1 });
    switches.broken = false;
    expect(await world.engine.projector?.retry()).toEqual(['sums']);
    expect(await parked()).toEqual([]);
    expect((await world.documents('sums')).get('a')).toMatchObject({ sum: 15 });
  });
});

describe('documents', () => {
  it('are deleted, leave a tombstone, and come again', async () => {
    await count('a', 5);
    await count('a', -5);
    expect(await world.documents('sums')).toEqual(new Map());
    const model = await world.engine.readSide.model('sums');
    expect((await model.load(['a'])).get('a')).toMatchObject({ doc: null, position: await world.store.head() });
    await count('a', 7);
    expect((await world.documents('sums')).get('a')).toMatchObject({ sum: 7 });
  });
  it('change when time alone passes, once', async () => {
    await count('a', 5);
    await world.advanceTo('2026-03-04T00:00:00.000Z');
    expect((await world.documents('sums')).get('a')).toMatchObject({ restedAt: '2026-03-03T12:00:00.000Z' });
    const { live, rebuilt } = await world.rebuildAll();
    expect(rebuilt).toEqual(live);
  });
  it('are not changed by what is delivered again', async () => {
    await count('a', 5);
    await world.quiet();
    const model = await world.engine.readSide.model('sums');
    await model.write([], { position: 0, clock: '1900-01-01T00:00:00.000Z' });
    world = await world.restarted();
    expect((await world.documents('sums')).get('a')).toMatchObject({ sum: 5 });
  });
  it('can be waited for, but not for ever', async () => {
    const { position } = await count('a', 5);
    const { queries } = world.engine;
    expect(await queries.get('sums', 'a', { position, timeoutMs: 2_000 })).toMatchObject({ doc: { sum: 5 } });
    const waiting = queries.get('sums', 'a', { position: position + 1, timeoutMs: 20 });
    await expect(waiting).rejects.toBeInstanceOf(NotYetProjected);
  });
});

describe('finding documents', () => {
  const find = (options: object) => world.engine.queries.find('sums', options);
  beforeEach(async () => {
    for (const [index, by] of [3, 3, 3, 6, 1, 4].entries()) await count(`c${index}`, by);
    await world.quiet();
  });

  it('pages through ties without losing or repeating any', async () => {
    const seen: unknown[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await find({ where: { group: '0' }, sort: ['-sum'], limit: 1, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ sum }) => sum));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(seen).toEqual([6, 3, 3, 3]);
  });
  it('goes on with the build of the first page whichever is read, and says so where it is gone', async () => {
    const { projector } = world.engine;
    const question = { sort: ['group', '-sum'], limit: 4 };
    const [first, all] = [await find(question), await find({ ...question, limit: 9 })];
    const rest = async () => find({ ...question, cursor: first.cursor });
    await projector?.rebuild('sums', undefined, true);
    await count('c4', 30); // only what is read now is folded on
    await world.quiet();
    expect([...first.items, ...(await rest()).items]).toEqual(all.items);
    const later = await find(question);
    const behindLater = async () => (await find({ ...question, cursor: later.cursor })).items.map(({ sum }) => sum);
    expect(await behindLater()).toEqual([31, 4]);
    await projector?.switchBack('sums');
    await count('c5', 30);
    await world.quiet();
    expect(await behindLater()).toEqual([31, 4]);
    expect((await rest()).items.map(({ sum }) => sum)).toEqual([34, 31]);
    await projector?.drop('sums');
    await expect(behindLater()).rejects.toMatchObject({ code: 'read_model.cursor_expired', kind: 'conflict' });
    await projector?.rebuild('sums');
    await expect(rest()).rejects.toBeInstanceOf(CursorExpired);
  });
  it('walks an index from either end, over a range', async () => {
    const sums = async (options: object) => (await find(options)).items.map(({ sum }) => sum);
    expect(await sums({ where: { group: '1' }, sort: ['sum'] })).toEqual([1, 4]);
    expect(await sums({ where: { group: '0', sum: { gt: '3' } } })).toEqual([6]);
    expect(await sums({})).toHaveLength(6);
  });
  it.each([
    ['a filter', { where: { sum: '3' } }, 'where'],
    ['a sort', { sort: ['sum'] }, 'sort'],
    ['a sort beside a filter', { where: { group: '1' }, sort: ['name'] }, 'sort'],
    ['a filter beside a sort', { where: { sum: '3' }, sort: ['group'] }, 'where'],
    ['a field', { where: { name: 'x' } }, 'where'],
  ])('refuses %s that no index serves, and names those there are', async (_, options, path) => {
    await expect(find(options)).rejects.toMatchObject({
      code: 'request.invalid',
      errors: [{ path }],
      message: expect.stringContaining('group,-sum') as string,
    });
  });
  it('refuses a limit, a cursor or a comparison that is none', async () => {
    const foreign = (await find({ limit: 1 })).cursor;
    for (const options of [
      { limit: 0 },
      { limit: 1_001 },
      { cursor: 'xyz' },
      { where: { group: { like: '1' } } },
      { where: { group: '0' }, cursor: foreign },
      { cursor: (await find({ sort: ['group'], limit: 1 })).cursor },
      { cursor: Buffer.from('["c0"]').toString('base64url') },
    ]) {
      await expect(find(options)).rejects.toMatchObject({ code: 'request.invalid' });
    }
  });
});
