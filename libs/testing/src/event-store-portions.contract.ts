import type { EventStore, Portion, ReadAll } from '#kernel/ports/event-store.js';
import { batchesOf, factsOf, fill } from './proposed.js';

const STREAMS = ['customer-b', 'note', 'customer-a', 'customer-c', 'empty-no-more'];

/** Reading by portions of streams, for the stores that can. */
export function portionsContract(store: () => EventStore): void {
  const portionsOf = () => {
    const { portions } = store();
    if (portions === undefined) throw new Error('This store has no portions.');
    return portions;
  };
  const all = async (facts: number): Promise<Portion[]> => {
    const found: Portion[] = [];
    for (let after = 0; ;) {
      const portion = await portionsOf().next(after, facts);
      if (portion === undefined) return found;
      found.push(portion);
      after = portion.upTo;
    }
  };
  const read = async (portion: Portion, options?: Omit<ReadAll, 'types'>): Promise<string[]> => {
    const facts: string[] = [];
    for await (const batch of portionsOf().read(portion, options)) {
      for (const { stream, revision } of batch.facts) facts.push(`${stream}@${revision}`);
    }
    return facts;
  };

  describe('reading by portions', () => {
    beforeEach(async () => {
      for (let round = 0; round < 3; round += 1) for (const stream of STREAMS) await fill(store(), stream, round + 1);
      await fill(store(), 'customer-a', 2, 'Moved');
    });

    it.each([1, 7, 12, 1_000])(
      'of about %d facts gives every fact once, none of a stream in two portions',
      async (size) => {
        const seen: string[] = [];
        const streams: string[] = [];
        for (const portion of await all(size)) {
          const facts = await read(portion);
          seen.push(...facts);
          streams.push(...new Set(facts.map((fact) => fact.split('@')[0] ?? '')));
        }
        expect(seen.sort()).toEqual(
          (await factsOf(store())).map(({ stream, revision }) => `${stream}@${revision}`).sort(),
        );
        expect(streams).toHaveLength(STREAMS.length);
        expect(new Set(streams).size).toBe(STREAMS.length);
      },
    );

    it('gives facts as the whole log has them, in its order, in batches', async () => {
      const [portion = { after: 0, upTo: 0 }] = await all(12);
      const batches = [];
      for await (const batch of portionsOf().read(portion, { batch: 5 })) batches.push(batch);
      const facts = batches.flatMap((batch) => batch.facts);
      const streams = new Set(facts.map(({ stream }) => stream));
      expect(streams.size).toBeGreaterThan(1);
      expect(facts).toEqual((await factsOf(store())).filter(({ stream }) => streams.has(stream)));
      for (const batch of batches) expect(batch.position).toBeGreaterThanOrEqual(batch.facts.at(-1)?.position ?? 0);
    });

    it('stops at a position, begins behind one, and leaves out types', async () => {
      const everything = { after: 0, upTo: STREAMS.length };
      const expected = (await batchesOf(store(), { after: 4, upTo: 31, skip: ['Noted'] })).flatMap(
        ({ facts }) => facts,
      );
      const found = await read(everything, { after: 4, upTo: 31, skip: ['Noted'] });
      expect(found).toEqual(expected.map(({ stream, revision }) => `${stream}@${revision}`));
      expect(found).toHaveLength(1);
    });

    it('sees streams that were begun since', async () => {
      const before = await all(1_000);
      await fill(store(), 'customer-late', 1);
      const last = before.at(-1)?.upTo ?? 0;
      const portion = await portionsOf().next(last, 10);
      expect(portion === undefined ? [] : await read(portion)).toEqual(['customer-late@0']);
    });
  });
}
