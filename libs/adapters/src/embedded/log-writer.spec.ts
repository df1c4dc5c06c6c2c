import { StoreUnavailable, WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import { factsOf, proposals, proposed } from '#testing/proposed.js';
import { tempFolder } from '#testing/temp-folder.js';
import { EmbeddedEventStore } from './embedded-event-store.js';
import { scalar, type Database } from './sqlite.js';

const BULKY = { text: 'x'.repeat(100_000) };

/** The connection that writes, to make it fail and to count its commits. */
const writing = (store: EventStore): Database =>
  (store as unknown as { parts: { writer: { db: Database } } }).parts.writer.db;

describe('group commit', () => {
  const folder = tempFolder();
  let store: EventStore;

  beforeEach(async () => {
    store = await EmbeddedEventStore.open({ folder: folder(), mode: 'write' });
  });
  afterEach(() => store.close());

  /** Fills the disk, as far as SQLite can tell. */
  const fillDisk = (): void => {
    writing(store).exec(`PRAGMA max_page_count = ${String(scalar(writing(store), 'PRAGMA page_count'))}`);
  };
  const freeDisk = (): void => writing(store).exec('PRAGMA max_page_count = 1000000');

  it('commits appends that arrive together at once', async () => {
    const reader = await EmbeddedEventStore.open({ folder: folder(), mode: 'read' });
    const version = (): unknown =>
      scalar((reader as unknown as { parts: { reader: { db: Database } } }).parts.reader.db, 'PRAGMA data_version');
    const before = Number(version());
    await Promise.all(proposals(64).map((fact, n) => store.append(`note-${n}`, 0, [fact])));
    expect(Number(version()) - before).toBe(1);
    await reader.close();
  });

  it('refuses one append of a group without disturbing the others', async () => {
    await store.append('note-2', 0, [proposed()]);
    const outcomes = await Promise.allSettled([
      store.append('note-1', 0, proposals(2)),
      store.append('note-2', 0, proposals(2)),
      store.append('note-1', 2, proposals(2)),
      store.append('note-3', 5, proposals(2)),
      store.append('note-1', 3, proposals(2)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(outcomes[4]).toMatchObject({ reason: { expected: 3, actual: 4 } });
    expect((await factsOf(store)).map(({ stream }) => stream)).toEqual(['note-2', ...Array<string>(4).fill('note-1')]);
  });

  it('takes more than one group holds', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.append(`note-${n}`, 0, proposals(100))));
    await store.append('note-long', 0, proposals(2_000));
    expect(await factsOf(store)).toHaveLength(4_000);
  });

  it('rejects every append of a group that a full disk stops, and works again when there is room', async () => {
    await store.append('note-1', 0, [proposed()]);
    fillDisk();
    const outcomes = await Promise.allSettled([
      store.append('note-1', 1, [proposed()]),
      store.append('note-2', 0, [proposed('Moved', { data: BULKY })]),
      store.append('note-1', 2, [proposed()]),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store.unavailable' } });
    }
    await expect(store.append('note-2', 0, [proposed('Moved', { data: BULKY })])).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
    expect(await factsOf(store)).toHaveLength(1);

    freeDisk();

    expect(await store.append('note-1', 1, [proposed()])).toMatchObject({ revision: 1 });
    expect(await store.append('note-2', 0, [proposed('Moved')])).toMatchObject({ revision: 0 });
    await expect(store.append('note-1', 3, [proposed()])).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect((await factsOf(store)).map(({ stream, type }) => `${stream} ${type}`)).toEqual([
      'note-1 Noted',
      'note-1 Noted',
      'note-2 Moved',
    ]);
  });

  it('works again after a commit that failed', async () => {
    await store.append('note-1', 0, [proposed()]);
    writing(store).exec(
      "CREATE TEMP TRIGGER broken BEFORE INSERT ON main.facts BEGIN SELECT RAISE(ROLLBACK, 'broken'); END",
    );
    await expect(store.append('note-1', 1, [proposed()])).rejects.toThrow('The log cannot be written: broken');
    writing(store).exec('DROP TRIGGER broken');
    await expect(store.append('note-1', 1, [proposed()])).resolves.toMatchObject({ revision: 1 });
  });

  it('refuses an instant that is none', async () => {
    await expect(store.append('note-1', 0, [proposed('Noted', { occurredAt: 'yesterday' })])).rejects.toBeInstanceOf(
      RangeError,
    );
  });
});
