import type { Recorded } from '#kernel/fact.js';
import type { Batch } from '#kernel/ports/event-store.js';
import { CopyRefused } from '#kernel/ports/history-copy.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryHistoryCopy } from '#adapters/memory/memory-history-copy.js';
import { recordedElsewhere } from '#testing/history-copy.contract.js';
import { factsOf, fill, proposed } from '#testing/proposed.js';
import { copyHistory, type Phase } from './copying.js';
import { envelopeOf, HistoryDigest } from './history-digest.js';

const source = (facts: readonly Recorded[] = recordedElsewhere(2_500)): MemoryEventStore =>
  MemoryEventStore.holding(
    'shop',
    'shop',
    facts.map((fact, at) => ({ ...fact, position: at + 1 })),
  );

const copyOf = async (facts: readonly Recorded[]): Promise<MemoryHistoryCopy> => {
  const copy = new MemoryHistoryCopy('shop');
  await copy.take(facts);
  return copy;
};

describe('copying a history', () => {
  it('takes all of it, says how far it is, and gives one digest for both', async () => {
    const from = source();
    const copy = new MemoryHistoryCopy('shop');
    const phases: [Phase, number][] = [];
    const copied = await copyHistory(from, copy, { tell: (phase, share) => void phases.push([phase, share]) });

    const digest = new HistoryDigest();
    for (const fact of await factsOf(copy.store)) digest.add(envelopeOf(fact));
    expect(copied).toEqual({
      ...{ storeId: 'shop', facts: 2_500, taken: 2_500, digest: digest.hex },
      positions: { source: 2_500, copy: 2_500 },
    });
    expect(phases.map(([phase]) => phase)).toEqual(['copying', 'copying', 'copying', 'verifying']);
    expect(phases.filter(([, share]) => share === 1).map(([phase]) => phase)).toEqual(['copying', 'verifying']);
  });

  it('goes on behind what an earlier run took, and copies nothing twice', async () => {
    const facts = recordedElsewhere(2_500);
    const whole = await copyHistory(source(facts), new MemoryHistoryCopy('shop'));
    for (const held of [1, 999, 1_000, 1_001, 2_500]) {
      const copy = await copyOf(facts.slice(0, held));
      expect(await copyHistory(source(facts), copy)).toEqual({ ...whole, taken: 2_500 - held });
      expect(await factsOf(copy.store)).toHaveLength(2_500);
    }
  });

  it('is stopped between two batches and gone on with', async () => {
    const copy = new MemoryHistoryCopy('shop');
    const stop = new AbortController();
    const from = source();
    const stopped = copyHistory(from, copy, { signal: stop.signal, tell: () => stop.abort() });
    await expect(stopped).rejects.toThrow();
    expect(() => copy.store).toThrow('was not finished');
    expect(await copyHistory(from, copy)).toMatchObject({ facts: 2_500, taken: 1_500 });
  });

  it('ends at the head of its beginning, and takes the rest when it is run again', async () => {
    const from = source([]);
    await fill(from, 'note-1', 3);
    const copy = new MemoryHistoryCopy('shop');
    let late: Promise<unknown> | undefined;
    const tell = (): void => void (late ??= from.append('late', 0, [proposed()]));
    expect(await copyHistory(from, copy, { tell })).toMatchObject({ facts: 3, taken: 3 });
    await late;
    expect(await copyHistory(from, copy)).toMatchObject({ facts: 4, taken: 1 });
  });

  it('of nothing is whole', async () => {
    const copied = await copyHistory(source([]), new MemoryHistoryCopy('shop'));
    expect(copied).toMatchObject({ facts: 0, taken: 0, positions: { source: 0, copy: 0 } });
  });

  it.each<[string, (facts: Recorded[]) => Recorded[], string]>([
    ['holds another fact', ([first, ...rest]) => [{ ...(first as Recorded), id: 'other' }, ...rest], 'fact 1 is note-'],
    ['holds another body', ([one, two]) => [one as Recorded, { ...(two as Recorded), data: {} }], 'is another one'],
    [
      'holds another time',
      ([one]) => [{ ...(one as Recorded), recordedAt: '2026-01-01T00:00:00.000Z' }],
      'is another one',
    ],
    ['went on by itself', (facts) => [...facts, { ...proposed(), ...elsewhere }], 'went on by itself'],
  ])('refuses a target that %s, and leaves it as it is', async (_, other, message) => {
    const facts = recordedElsewhere(5);
    const copy = await copyOf(other(facts));
    const before = await heldBy(copy);
    const refused = copyHistory(source(facts), copy);
    await expect(refused).rejects.toBeInstanceOf(CopyRefused);
    await expect(refused).rejects.toThrow(message);
    expect(await heldBy(copy)).toEqual(before);
  });

  it('is not complete where the copy reads back otherwise than it was given', async () => {
    class Forgetful extends MemoryHistoryCopy {
      override async *taken(): AsyncGenerator<Batch> {
        for await (const { facts, position } of super.taken()) yield { facts: facts.slice(1), position };
      }
    }
    const copy = new Forgetful('shop');
    await expect(copyHistory(source(), copy)).rejects.toThrow('is not equal to its source: it holds 2499 facts');
    expect(() => copy.store).toThrow('was not finished');
  });
});

const elsewhere = { stream: 'other', revision: 0, position: 9, recordedAt: '2026-01-01T00:00:00.000Z' };

async function heldBy(copy: MemoryHistoryCopy): Promise<Recorded[]> {
  const held: Recorded[] = [];
  for await (const { facts } of copy.taken()) held.push(...facts);
  return held;
}

describe('the digest of a history', () => {
  it('stands on everything but positions', () => {
    const [fact] = recordedElsewhere(1) as [Recorded];
    const digestOf = (changes: Partial<Recorded>): string => {
      const digest = new HistoryDigest();
      digest.add(envelopeOf({ ...fact, ...changes }));
      return digest.hex;
    };
    expect(digestOf({ position: 77 })).toBe(digestOf({}));
    const changes: Partial<Recorded>[] = [
      ...[{ id: 'x' }, { type: 'x' }, { version: 9 }, { stream: 'x' }, { revision: 9 }, { data: { x: 1 } }],
      ...[{ occurredAt: fact.recordedAt }, { recordedAt: fact.occurredAt }, { metadata: { commandId: 'x' } }],
    ];
    expect(new Set([{}, ...changes].map(digestOf)).size).toBe(changes.length + 1);
  });

  it('stands on the order', () => {
    const facts = recordedElsewhere(2);
    const digestOf = (of: readonly Recorded[]): string => {
      const digest = new HistoryDigest();
      for (const fact of of) digest.add(envelopeOf(fact));
      return digest.hex;
    };
    expect(digestOf(facts)).not.toBe(digestOf(facts.toReversed()));
  });
});
