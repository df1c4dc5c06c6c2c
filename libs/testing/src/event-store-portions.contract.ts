import type { EventStore, Portion, ReadAll } from '#kernel/ports/event-store.js';
import { factsOf, fill, proposals } from './proposed.js';

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
  const read = async (portion: Portion, options?: Pick<ReadAll, 'upTo' | 'skip'>): Promise<string[]> => {
    const facts: string[] = [];
    for await (const batch of portionsOf().byStream(portion, options)) {
      for (const { stream, revision } of batch) facts.push(`${stream}@${revision}`);
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

    it('knows how many streams there are, which is where the last portion ends', async () => {
      expect(await portionsOf().count()).toBe(STREAMS.length);
      expect((await all(7)).at(-1)?.upTo).toBe(STREAMS.length);
    });

    it('gives facts as the whole log has them, one stream behind the other, each in its order', async () => {
      const [portion = { after: 0, upTo: 0 }] = await all(12);
      const facts = [];
      for await (const batch of portionsOf().byStream(portion)) facts.push(...batch);
      const streams = [...new Set(facts.map(({ stream }) => stream))];
      expect(streams.length).toBeGreaterThan(1);
      const log = await factsOf(store());
      expect(facts).toEqual(streams.flatMap((name) => log.filter(({ stream }) => stream === name)));
    });

    it('gives a stream of many facts whole', async () => {
      const { length } = await store().readStream('customer-a');
      await store().append('customer-a', length, proposals(700));
      expect(await read({ after: 0, upTo: STREAMS.length })).toHaveLength((await factsOf(store())).length);
    });

    it('stops at a position, and leaves out types', async () => {
      const everything = { after: 0, upTo: STREAMS.length };
      const expected = await factsOf(store(), { upTo: 31, skip: ['Noted'] });
      const found = await read(everything, { upTo: 31, skip: ['Noted'] });
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
