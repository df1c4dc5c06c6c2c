import { StoreRefused } from '#kernel/ports/event-store.js';
import type { Keys } from '#kernel/ports/keys.js';

export interface KeysSubject {
  readonly keys: Keys;
  /** Closes them and opens them again; only where they are durable. */
  readonly reopen?: () => Promise<Keys>;
  dispose(): Promise<void>;
}

/** What every keeper of keys keeps to; its adapter's spec is one call of this. */
export function keysContract(adapter: string, open: () => Promise<KeysSubject>): void {
  describe(`Keys contract: ${adapter}`, () => {
    let subject: KeysSubject;

    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.dispose());

    it('digests a text the same way every time, in base64url of 32 bytes', () => {
      const digest = subject.keys.digest('identity', 'anna@example.com');
      expect(digest).toMatch(/^[\w-]{43}$/);
      expect(subject.keys.digest('identity', 'anna@example.com')).toBe(digest);
    });

    it('digests differently for another purpose, text or deployment', async () => {
      const other = await open();
      const digests = [
        subject.keys.digest('identity', 'anna@example.com'),
        subject.keys.digest('body', 'anna@example.com'),
        subject.keys.digest('identity', 'Anna@example.com'),
        other.keys.digest('identity', 'anna@example.com'),
      ];
      expect(new Set(digests).size).toBe(4);
      await other.dispose();
    });

    it('serves the history that began under it, and others that begin, but none that began under other keys', async () => {
      const { keys } = subject;
      await keys.belongTo({ storeId: 'one', isBegun: false, isWritten: true });
      await keys.belongTo({ storeId: 'two', isBegun: false, isWritten: true });
      for (const storeId of ['one', 'two']) await keys.belongTo({ storeId, isBegun: true, isWritten: true });
      for (const isWritten of [true, false]) {
        const refused = keys.belongTo({ storeId: 'three', isBegun: true, isWritten });
        await expect(refused).rejects.toBeInstanceOf(StoreRefused);
        await expect(refused).rejects.toThrow(/not of history three, but of one, two:.*--keys or PATRON_KEYS/);
      }
      const later = (await subject.reopen?.()) ?? keys;
      await expect(later.belongTo({ storeId: 'three', isBegun: true, isWritten: true })).rejects.toThrow('one, two');
      await later.belongTo({ storeId: 'two', isBegun: true, isWritten: true });
    });

    it('serves a history of which nothing was noted, and from then on that one', async () => {
      const { keys } = subject;
      await keys.belongTo({ storeId: 'one', isBegun: true, isWritten: false });
      await keys.belongTo({ storeId: 'two', isBegun: true, isWritten: true });
      await expect(keys.belongTo({ storeId: 'one', isBegun: true, isWritten: false })).rejects.toThrow('of two');
    });

    it('gives a customer one key of 32 bytes, the same every time', async () => {
      const key = await subject.keys.keyFor('c-1');
      expect(key.bytes).toHaveLength(32);
      expect(key.id).not.toBe('');
      expect(await subject.keys.keyFor('c-1')).toEqual(key);
      expect(await subject.keys.keyOf('c-1', key.id)).toEqual(key);
    });

    it('gives one key to all who ask at once', async () => {
      const keys = await Promise.all(Array.from({ length: 64 }, () => subject.keys.keyFor('c-1')));
      expect(new Set(keys.map(({ id, bytes }) => `${id} ${Buffer.from(bytes).toString('hex')}`)).size).toBe(1);
    });

    it('gives every customer a key of its own', async () => {
      const keys = await Promise.all(Array.from({ length: 64 }, (_, n) => subject.keys.keyFor(`c-${n}`)));
      expect(new Set(keys.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(64);
    });

    it('knows no key that was never made, nor one of another customer', async () => {
      const key = await subject.keys.keyFor('c-1');
      expect(await subject.keys.keyOf('c-1', 'unheard')).toBeUndefined();
      expect(await subject.keys.keyOf('c-2', key.id)).toBeUndefined();
    });

    it('keeps keys and digests when it is opened again', async () => {
      const { reopen } = subject;
      if (reopen === undefined) return;
      const digest = subject.keys.digest('body', '{}');
      const made = await Promise.all(Array.from({ length: 10 }, (_, n) => subject.keys.keyFor(`c-${n}`)));
      const again = await reopen();
      expect(again.digest('body', '{}')).toBe(digest);
      for (const [n, key] of made.entries()) {
        expect(await again.keyFor(`c-${n}`)).toEqual(key);
        expect(await again.keyOf(`c-${n}`, key.id)).toEqual(key);
      }
    });
  });
}
