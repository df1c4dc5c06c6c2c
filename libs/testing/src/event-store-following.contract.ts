import type { Recorded } from '#kernel/fact.js';
import type { Batch, EventStore, ReadAll } from '#kernel/ports/event-store.js';
import type { EventStoreSubject } from './event-store-subject.js';
import { factsOf, fill, proposals, proposed } from './proposed.js';
import { timersFired } from './timers-fired.js';

const PROMPT_MS = 1_000;

/** Follows until `enough` holds, and gives what it got. */
async function followed(
  store: EventStore,
  enough: (facts: readonly Recorded[], batch: Batch) => boolean,
  options: ReadAll = {},
  onBatch: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly Recorded[]> {
  const stop = new AbortController();
  const facts: Recorded[] = [];
  for await (const batch of store.follow({ ...options, signal: stop.signal })) {
    facts.push(...batch.facts);
    await onBatch();
    if (enough(facts, batch)) stop.abort();
  }
  return facts;
}

const reached =
  (count: number) =>
  (facts: readonly Recorded[]): boolean =>
    facts.length >= count;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Following the log: old facts, then new ones, each once. */
export function followingContract(store: () => EventStore, subject: () => EventStoreSubject): void {
  describe('following', () => {
    it('gives the facts there are and then new ones, without gap or repeat', async () => {
      await fill(store(), 'note-1', 5);
      const following = followed(store(), reached(15), { batch: 2 });
      for (let n = 0; n < 10; n += 1) {
        await fill(store(), `note-${n % 3}`, 1);
        if (n % 4 === 0) await pause(5);
      }
      expect(await following).toEqual(await factsOf(store()));
    });

    it('says with an empty batch that it reached the head', async () => {
      await fill(store(), 'note-1', 3);
      const lengths: number[] = [];
      const stop = new AbortController();
      for await (const { facts, position } of store().follow({ batch: 2, signal: stop.signal })) {
        lengths.push(facts.length);
        if (facts.length > 0) continue;
        expect(position).toBe(await store().head());
        stop.abort();
      }
      expect(lengths).toEqual([2, 1, 0]);
    });

    it('says so on an empty store too', async () => {
      expect(await followed(store(), (_, { facts }) => facts.length === 0)).toEqual([]);
    });

    it('from the end gives no old facts', async () => {
      await fill(store(), 'note-1', 5);
      const following = followed(store(), reached(2), { after: await store().head() });
      await pause(20);
      await fill(store(), 'note-2', 2);
      expect((await following).map(({ stream }) => stream)).toEqual(['note-2', 'note-2']);
    });

    it('moves over new facts that are not wanted', async () => {
      const passed = followed(store(), (_, { position }) => position > 0, { types: ['Moved'] });
      await pause(20);
      await fill(store(), 'note-1', 1);
      expect(await passed).toEqual([]);
    });

    it('gives only the types wanted', async () => {
      const following = followed(store(), reached(2), { types: ['Moved'] });
      for (const type of ['Noted', 'Moved', 'Noted', 'Moved']) await fill(store(), 'note-1', 1, type);
      expect((await following).map(({ type }) => type)).toEqual(['Moved', 'Moved']);
    });

    it('stops at the position it was told', async () => {
      await fill(store(), 'note-1', 4);
      const upTo = (await factsOf(store()))[2]?.position ?? 0;
      expect(await followed(store(), (_, { facts }) => facts.length === 0, { upTo })).toHaveLength(3);
    });

    it('serves several followers, each at its own pace', async () => {
      const slow = followed(store(), reached(60), { batch: 5 }, () => pause(10));
      const fast = followed(store(), reached(60));
      const late = pause(30).then(() => followed(store(), reached(60), { batch: 7 }));
      for (let n = 0; n < 60; n += 1) await fill(store(), `note-${n % 5}`, 1);
      const all = await factsOf(store());
      for (const facts of await Promise.all([slow, fast, late])) expect(facts).toEqual(all);
    });

    it('does not delay appends while a follower is stuck', async () => {
      await fill(store(), 'note-1', 3);
      const stop = new AbortController();
      const stuck = store().follow({ batch: 1, signal: stop.signal })[Symbol.asyncIterator]();
      await stuck.next();
      const start = performance.now();
      await Promise.all(Array.from({ length: 64 }, (_, n) => store().append(`other-${n}`, 0, [proposed()])));
      expect(performance.now() - start).toBeLessThan(PROMPT_MS);
      stop.abort();
      expect((await stuck.next()).done).toBe(true);
    });

    it('does not sleep while more is waiting', async () => {
      await store().append('note-1', 0, proposals(400));
      const fired = await timersFired(async () => {
        expect(await followed(store(), reached(400), { batch: 1 })).toHaveLength(400);
      });
      expect(fired).toBeLessThan(100); // a nap a batch would be 400
    });

    it('hands over a new fact promptly, after idling too', async () => {
      let told: (() => void) | undefined;
      const following = followed(store(), reached(3), {}, async () => told?.());
      for (let n = 0; n < 3; n += 1) {
        await pause(150);
        const start = performance.now();
        const heard = new Promise<void>((resolve) => (told = resolve));
        await fill(store(), 'note-1', 1);
        await heard;
        expect(performance.now() - start).toBeLessThan(PROMPT_MS);
      }
      await following;
    });

    it('reaches another reader of the same history', async () => {
      const other = await subject().another?.();
      if (other === undefined) return;
      const following = followed(other, reached(6));
      await pause(50);
      for (let n = 0; n < 6; n += 1) await fill(store(), 'note-1', 1);
      expect(await following).toEqual(await factsOf(store()));
    });

    it('ends promptly when it is aborted while it waits', async () => {
      const stop = new AbortController();
      const following = (async (): Promise<void> => {
        for await (const _ of store().follow({ signal: stop.signal }));
      })();
      await pause(50);
      const start = performance.now();
      stop.abort();
      await following;
      expect(performance.now() - start).toBeLessThan(PROMPT_MS);
    });

    it('gives nothing to a signal that is aborted already', async () => {
      await fill(store(), 'note-1', 3);
      for await (const _ of store().follow({ signal: AbortSignal.abort() })) throw new Error('gave a batch');
    });

    it('ends when the store is closed', async () => {
      const following = followed(store(), () => false);
      await pause(20);
      await store().close();
      await expect(following).resolves.toEqual([]);
    });
  });
}
