import { StoreRefused } from '#kernel/ports/event-store.js';
import type { FoldedHistory, ReadModels } from '#kernel/ports/read-models.js';
import { CLOCK, specWith, written, type ReadModelsSubject } from './read-models-subject.js';

const SPEC = specWith();
/** Each of its facts is marked with the name of the time that it is of. */
const logOf = (numbering: string, head: number, time = 'first'): FoldedHistory => ({
  numbering,
  head: async () => head,
  markAt: async (position) => (position > 0 && position <= head ? `${time}-${position}` : undefined),
});

/** Read models and the log that they were folded from. */
export function belongingContract(subject: () => ReadModelsSubject): void {
  const readModels = (): ReadModels => subject().readModels;
  const refusal = async (history: FoldedHistory): Promise<string> => {
    const refused = await readModels()
      .belongTo(history)
      .then(() => undefined)
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreRefused);
    return (refused as Error).message;
  };

  describe('the log that was folded', () => {
    it('may be empty, grow, and end where they do', async () => {
      const model = await readModels().open(SPEC);
      await readModels().belongTo(logOf('one', 0));
      await model.write([written('a', {})], { position: 7, clock: CLOCK });
      await readModels().belongTo(logOf('one', 7));
      await readModels().belongTo(logOf('one', 1_000));
    });

    it('holds the fact that was noted last', async () => {
      await readModels().belongTo(logOf('one', 7));
      await readModels().note({ position: 5, mark: 'first-5' });
      await readModels().note({ position: 7, mark: 'first-7' });
      await readModels().belongTo(logOf('one', 7));
      await readModels().belongTo(logOf('one', 1_000));
      expect(await refusal(logOf('one', 6))).toMatch(/another fact at position 7 than the log here has, if it has any/);
      expect(await refusal(logOf('one', 9, 'second'))).toMatch(/it was put back.*Put back the log that they belong to/);
    });

    it('is no other one', async () => {
      await readModels().belongTo(logOf('one', 5));
      expect(await refusal(logOf('two', 5))).toMatch(/folded from log one, and the log here is two/);
      await readModels().belongTo(logOf('one', 5));
    });

    it('does not end before what is read', async () => {
      const model = await readModels().open(SPEC);
      await model.write([written('a', {})], { position: 7, clock: CLOCK });
      expect(await refusal(logOf('one', 6))).toMatch(
        /up to position 7 \(stages.*the log ends at 6: it was put back.*Put back the newer log/,
      );
      await readModels().belongTo(logOf('two', 7)); // who was refused noted nothing
    });

    it('does not end before what was swapped in, or is kept to be read again', async () => {
      await (await readModels().open(SPEC)).write([written('a', {})], { position: 9, clock: CLOCK });
      const build = await readModels().build(SPEC);
      await build.write([written('a', {})], { position: 7, clock: CLOCK });
      await readModels().swap(build, 'keep');
      expect(await refusal(logOf('one', 8))).toMatch(/up to position 9/);
      await readModels().drop(SPEC);
      await readModels().belongTo(logOf('one', 8));
      expect(await refusal(logOf('one', 6))).toMatch(/up to position 7/);
    });

    it('does not end before a snapshot', async () => {
      const snapshots = await readModels().snapshots();
      const sealed = new Uint8Array([1, 2, 3]);
      const one = { version: 'v', keyId: 'k', sealed };
      await snapshots.write([
        { key: 'ann', position: 12, ...one },
        { key: 'bob', position: 4, ...one },
      ]);
      expect(await snapshots.newest()).toBe(12);
      expect(await refusal(logOf('one', 11))).toMatch(/up to position 12 \(snapshots/);
      await readModels().belongTo(logOf('one', 12));
    });

    it('is asked how far it goes when everything else is known: it may grow meanwhile', async () => {
      const model = await readModels().open(SPEC);
      await model.write([written('a', {})], { position: 7, clock: CLOCK });
      const snapshots = await readModels().snapshots();
      let head = 7;
      const growing = {
        ...logOf('one', 7),
        head: async () => {
          await snapshots.write([
            { key: 'ann', position: (head += 1), version: 'v', keyId: 'k', sealed: new Uint8Array([1]) },
          ]);
          return 7;
        },
      };
      await readModels().belongTo(growing);
      expect(head).toBe(8);
    });

    it('is known to later processes', async () => {
      const { reopen } = subject();
      if (reopen === undefined) return;
      await readModels().belongTo(logOf('one', 5));
      const later = await reopen();
      await expect(later.belongTo(logOf('two', 5))).rejects.toBeInstanceOf(StoreRefused);
      await later.belongTo(logOf('one', 6));
      await later.note({ position: 6, mark: 'first-6' });
      await expect((await reopen()).belongTo(logOf('one', 6, 'second'))).rejects.toBeInstanceOf(StoreRefused);
    });
  });
}
