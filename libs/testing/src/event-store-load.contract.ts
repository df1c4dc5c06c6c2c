import { WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import type { Recorded } from '#kernel/fact.js';
import type { EventStoreSubject } from './event-store-subject.js';
import { factsOf, fill, proposals, proposed } from './proposed.js';

const CALLERS = 64;
const ROUNDS = 5;
const callers = <T>(work: (caller: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: CALLERS }, (_, caller) => work(caller)));

/** What goes wrong elsewhere once many write at once: answers before the commit, a refusal that takes others with it. */
export function loadContract(store: () => EventStore, subject: () => EventStoreSubject): void {
  describe('under 64 callers', () => {
    it('is of use from its first moment on', async () => {
      const answers = await callers((caller) => store().append(`note-${caller}`, 0, [proposed(`Noted${caller}`)]));
      expect(new Set(answers.map(({ position }) => position)).size).toBe(CALLERS);
      expect(await factsOf(store())).toHaveLength(CALLERS);
    });

    it('shows another reader each append by the time it is answered, not when the load is over', async () => {
      const other = (await subject().another?.()) ?? store();
      let unseen = 0;
      await callers(async (caller) => {
        for (let revision = 0; revision < ROUNDS; revision += 1) {
          const fact = proposed();
          const { position } = await store().append(`note-${caller}`, revision, [fact]);
          const [seen] = await other.readStream(`note-${caller}`, { from: revision, limit: 1 });
          if (seen?.id !== fact.id || (await other.head()) < position) unseen += 1;
        }
      });
      expect(unseen).toBe(0);
    });

    it('refuses some without disturbing the others, and moves no revision for those', async () => {
      await callers((caller) => store().append(`note-${caller % 8}-${caller}`, 0, [proposed()]));
      const before = await store().head();
      const outcomes = await Promise.allSettled(
        Array.from({ length: CALLERS * 2 }, (_, n) => {
          const caller = n >> 1;
          const expected = n % 2 === 0 ? 7 : 1; // every other one is wrong, before the right one of the same stream
          return store().append(`note-${caller % 8}-${caller}`, expected, proposals(2));
        }),
      );
      for (const [n, outcome] of outcomes.entries()) {
        if (n % 2 === 1) expect(outcome).toMatchObject({ status: 'fulfilled', value: { revision: 2 } });
        else expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(WrongExpectedRevision);
      }
      const facts = await factsOf(store(), { after: before });
      expect(facts).toHaveLength(CALLERS * 2);
      expect(await store().head()).toBe(facts.at(-1)?.position);
    });

    it('leaves a stream usable at the revision it had, however often it refused', async () => {
      await fill(store(), 'note-1', 2);
      await callers((caller) =>
        expect(store().append('note-1', caller + 3, [proposed()])).rejects.toMatchObject({ actual: 2 }),
      );
      const other = (await subject().reopen?.()) ?? store();
      expect((await other.readStream('note-1')).map(({ revision }) => revision)).toEqual([0, 1]);
      expect(await other.append('note-1', 2, [proposed()])).toMatchObject({ revision: 2 });
    });

    it('pages through facts of one instant without skipping or repeating any, wherever a page ends', async () => {
      await callers((caller) => store().append(`note-${caller % 4}-${caller}`, 0, proposals(2)));
      const all = await factsOf(store());
      expect(new Set(all.map(({ recordedAt }) => recordedAt)).size).toBeLessThan(all.length);
      expect(new Set(all.map(({ occurredAt }) => occurredAt)).size).toBe(1);
      for (const batch of [1, 2, 7, 64]) {
        const paged: Recorded[] = [];
        for (let after = 0; ; after = paged.at(-1)?.position ?? 0) {
          const [page] = await firstOf(store(), after, batch);
          if (page === undefined || page.length === 0) break;
          paged.push(...page);
        }
        expect(paged).toEqual(all);
      }
    });

    it('gives who follows from the end what comes after it, all of that, and nothing older', async () => {
      await fill(store(), 'note-old', 5);
      const stop = new AbortController();
      const writing = callers(async (caller) => {
        for (let revision = 0; revision < ROUNDS; revision += 1)
          await store().append(`note-${caller}`, revision, [proposed()]);
      });
      await new Promise((resolve) => setImmediate(resolve));
      const after = await store().head();
      const got: Recorded[] = [];
      const following = (async (): Promise<void> => {
        for await (const { facts } of store().follow({ after, batch: 3, signal: stop.signal })) {
          got.push(...facts);
          if (facts.some(({ stream }) => stream === 'note-last')) stop.abort();
        }
      })();
      await writing;
      await fill(store(), 'note-last', 1);
      await following;
      expect(got.every(({ position }) => position > after)).toBe(true);
      expect(got).toEqual(await factsOf(store(), { after }));
    });
  });
}

/** One page behind a position, asked for anew as by a client that pages. */
async function firstOf(store: EventStore, after: number, batch: number): Promise<(readonly Recorded[])[]> {
  for await (const { facts } of store.readAll({ after, batch })) return [facts];
  return [];
}
