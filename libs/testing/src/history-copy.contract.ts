import type { Recorded } from '#kernel/fact.js';
import { StoreRefused, type EventStore } from '#kernel/ports/event-store.js';
import { CopyRefused, type HistoryCopy } from '#kernel/ports/history-copy.js';
import { factsOf, proposed } from './proposed.js';

export interface HistoryCopySubject {
  /** Begins the copy in an empty target, or goes on with what is there. */
  open(storeId: string): Promise<HistoryCopy>;
  /** The target as whoever handles commands opens it; closed by `dispose`. */
  history(): Promise<EventStore>;
  dispose(): Promise<void>;
}

/** Facts of several streams as another store has them: its positions, and times of its own long ago. */
export function recordedElsewhere(count: number, streams = 7): Recorded[] {
  const revisions = new Map<string, number>();
  return Array.from({ length: count }, (_, at) => {
    const stream = `note-${(at * at) % streams}`;
    const revision = revisions.get(stream) ?? 0;
    revisions.set(stream, revision + 1);
    const recordedAt = new Date(Date.UTC(1998, 6, 1) + at * 1_001).toISOString();
    const metadata = { commandId: `c-${at}`, $correlationId: 'shopping', dueAt: null, policies: { loyalty: 2 } };
    const fact = proposed(at % 3 === 0 ? 'Moved' : 'Noted', { version: (at % 2) + 1, metadata });
    return { ...fact, stream, revision, position: 1_000_000 + at * 137, recordedAt };
  });
}

const logical = (facts: readonly Recorded[]): object[] => facts.map(({ position: _, ...rest }) => rest);

/** Taking over a history from another store, which every store can. */
export function historyCopyContract(adapter: string, begin: () => Promise<HistoryCopySubject>): void {
  describe(`HistoryCopy contract: ${adapter}`, () => {
    let subject: HistoryCopySubject;
    beforeEach(async () => {
      subject = await begin();
    });
    afterEach(() => subject.dispose());

    const into = async (work: (copy: HistoryCopy) => Promise<unknown>, storeId = 'source-1'): Promise<void> => {
      const copy = await subject.open(storeId);
      try {
        await work(copy);
      } finally {
        await copy.close();
      }
    };
    const heldBy = async (copy: HistoryCopy): Promise<Recorded[]> => {
      const held: Recorded[] = [];
      for await (const { facts } of copy.taken()) held.push(...facts);
      return held;
    };
    const copied = (facts: readonly Recorded[]): Promise<void> =>
      into(async (copy) => {
        await copy.take(facts);
        await copy.complete();
      });

    it('keeps ids, order, revisions, times and metadata; positions are its own and rise', async () => {
      const facts = recordedElsewhere(1_200);
      await copied(facts);
      const history = await subject.history();
      const found = await factsOf(history);
      expect(logical(found)).toEqual(logical(facts));
      const positions = found.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      expect(await history.head()).toBe(positions.at(-1));
      const note = facts.filter(({ stream }) => stream === 'note-1');
      expect(logical(await history.readStream('note-1'))).toEqual(logical(note));
    });

    it('keeps the name of the history, and numbers its facts anew', async () => {
      await copied(recordedElsewhere(3));
      const history = await subject.history();
      expect(history.storeId).toBe('source-1');
      expect(history.numbering).not.toBe(history.storeId);
      expect((await subject.history()).numbering).toBe(history.numbering);
    });

    it('is refused to everybody else before it is complete', async () => {
      await into((copy) => copy.take(recordedElsewhere(3)));
      await expect(subject.history()).rejects.toBeInstanceOf(StoreRefused);
      await into((copy) => copy.complete());
      expect(await factsOf(await subject.history())).toHaveLength(3);
    });

    it('is gone on with where it was left, as often as it takes', async () => {
      const facts = recordedElsewhere(30);
      await into((copy) => copy.take(facts.slice(0, 11)));
      for (const [from, to] of [
        [11, 20],
        [20, 30],
      ] as const) {
        await into(async (copy) => {
          expect(logical(await heldBy(copy))).toEqual(logical(facts.slice(0, from)));
          await copy.take(facts.slice(from, to));
        });
      }
      await into(async (copy) => {
        expect(logical(await heldBy(copy))).toEqual(logical(facts));
        await copy.complete();
      });
    });

    it('takes what came since it was complete, and is not whole until then', async () => {
      const facts = recordedElsewhere(20);
      await copied(facts.slice(0, 12));
      await into(async (copy) => {
        await copy.take(facts.slice(12));
        await expect(subject.history()).rejects.toBeInstanceOf(StoreRefused);
        await copy.complete();
        await copy.complete();
      });
      expect(logical(await factsOf(await subject.history()))).toEqual(logical(facts));
    });

    it('of nothing is an empty history', async () => {
      await into((copy) => copy.complete());
      expect(await factsOf(await subject.history())).toEqual([]);
    });

    it.each([
      ['that skips one', 2],
      ['that is there already', 0],
    ])('refuses a fact %s in its stream, and goes on', async (_, wrong) => {
      const facts = recordedElsewhere(3, 1);
      await into(async (copy) => {
        await copy.take(facts.slice(0, 1));
        await expect(copy.take(facts.slice(wrong, wrong + 1))).rejects.toBeInstanceOf(CopyRefused);
      });
      await into(async (copy) => {
        await copy.take(facts.slice((await heldBy(copy)).length));
        await copy.complete();
      });
      expect(logical(await factsOf(await subject.history()))).toEqual(logical(facts));
    });

    it('refuses to go on with another history', async () => {
      await into((copy) => copy.take(recordedElsewhere(2)));
      await expect(subject.open('source-2')).rejects.toBeInstanceOf(CopyRefused);
      await into((copy) => copy.complete());
      await expect(subject.open('source-2')).rejects.toBeInstanceOf(CopyRefused);
    });

    it('is written to like any other then; no append says itself when it was recorded', async () => {
      const facts = recordedElsewhere(8, 2);
      await copied(facts);
      const history = await subject.history();
      const long = '1998-01-01T00:00:00.000Z';
      const forged = { ...proposed(), recordedAt: long, metadata: { commandId: 'c', recordedAt: long } };
      const revision = facts.filter(({ stream }) => stream === 'note-1').length;
      const { position } = await history.append('note-1', revision, [forged]);
      const [newest] = await history.readStream('note-1', { backwards: true });
      expect(newest).toMatchObject({ id: forged.id, revision, position });
      expect(Date.now() - Date.parse(newest?.recordedAt ?? '')).toBeLessThan(60_000);
    });
  });
}
