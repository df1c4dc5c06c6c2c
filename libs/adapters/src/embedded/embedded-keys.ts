import { randomBytes } from 'node:crypto';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { Keys, throwIfForeign, type CustomerKey, type KeptHistory, type Purpose } from '#kernel/ports/keys.js';
import { makeFolder } from './durable-files.js';
import { NOTES_HISTORIES, openKeys, type KeysFile } from './keys-file.js';
import { Lru } from './lru.js';
import type { MasterKey } from './master-key.js';
import { scalar, transact, type Database, type Statement } from './sqlite.js';

const KEY_BYTES = 32;
const ID_BYTES = 8;
const CACHED_KEYS = 20_000;
/** Names in `meta` of histories that the keys serve begin with it. */
const HISTORY = 'history:';

interface Waiting {
  readonly resolve: (key: CustomerKey) => void;
  readonly reject: (error: unknown) => void;
}

/** Customers' keys in a folder of their own, wrapped by the master key beside them. Keep it out of backups of the data. */
export class EmbeddedKeys extends Keys {
  private readonly db: Database;
  private readonly master: MasterKey;
  private readonly newest: Statement;
  private readonly named: Statement;
  private readonly insert: Statement;
  private readonly cache = new Lru<string, CustomerKey>(CACHED_KEYS);
  /** Customers whose first key is made in the next commit. */
  private waiting = new Map<string, Waiting[]>();

  private constructor(
    { db, master }: KeysFile,
    private readonly folder: string,
  ) {
    super();
    this.db = db;
    this.master = master;
    this.newest = db.prepare('SELECT id, wrapped FROM keys WHERE customer = ? ORDER BY serial DESC LIMIT 1');
    this.named = db.prepare('SELECT id, wrapped FROM keys WHERE customer = ? AND id = ?');
    this.insert = db.prepare('INSERT INTO keys (customer, id, wrapped) VALUES (?, ?, ?)');
  }

  /** @throws {StoreRefused} where the keys are torn, or do not belong to the master key */
  static async open({ folder }: { readonly folder: string }): Promise<EmbeddedKeys> {
    makeFolder(folder);
    return new EmbeddedKeys(openKeys(folder), folder);
  }

  override digest(purpose: Purpose, text: string): string {
    return this.master.digest(purpose, text);
  }

  override async keyFor(customerId: string): Promise<CustomerKey> {
    this.assertOpen();
    return this.newestOf(customerId) ?? this.made(customerId);
  }

  override async keyOf(customerId: string, keyId: string): Promise<CustomerKey | undefined> {
    this.assertOpen();
    const newest = this.newestOf(customerId);
    return newest?.id === keyId ? newest : this.stored(customerId, this.named.get(customerId, keyId));
  }

  override async belongTo(history: KeptHistory): Promise<void> {
    this.assertOpen();
    const names = this.db.prepare(`SELECT name FROM meta WHERE name LIKE '${HISTORY}%'`).all() as [string][];
    const served = names.map(([name]) => name.slice(HISTORY.length));
    const knowsAll = scalar(this.db, 'SELECT 1 FROM meta WHERE name = ?', NOTES_HISTORIES) === 1;
    throwIfForeign(`The keys in ${this.folder}`, knowsAll ? served : [], history);
    const { storeId, isWritten } = history;
    if (!isWritten || served.includes(storeId)) return;
    this.db.prepare("INSERT OR IGNORE INTO meta (name, value) VALUES (?, '')").run(HISTORY + storeId);
  }

  override async close(): Promise<void> {
    if (!this.db.isOpen) return;
    this.commit();
    this.cache.clear();
    this.db.close();
  }

  /** Keys asked for in one turn of the event loop share a commit. */
  private made(customerId: string): Promise<CustomerKey> {
    if (this.waiting.size === 0) setImmediate(() => this.commit());
    return new Promise((resolve, reject) => {
      const asking = this.waiting.get(customerId) ?? [];
      this.waiting.set(customerId, [...asking, { resolve, reject }]);
    });
  }

  private commit(): void {
    const group = this.waiting;
    this.waiting = new Map();
    if (group.size === 0) return;
    try {
      // Looked up again under the write lock: another process may have made it meanwhile.
      const keys = transact(this.db, () =>
        [...group.keys()].map(
          (customer) => this.stored(customer, this.newest.get(customer)) ?? this.inserted(customer),
        ),
      );
      for (const [at, [customer, asking]] of [...group].entries()) {
        const key = keys[at] as CustomerKey;
        this.cache.set(customer, key);
        for (const { resolve } of asking) resolve(key);
      }
    } catch (error) {
      const { message: reason } = error as Error;
      const unavailable = new StoreUnavailable(`The keys cannot be written: ${reason}`, { cause: error });
      for (const asking of group.values()) for (const { reject } of asking) reject(unavailable);
    }
  }

  private inserted(customer: string): CustomerKey {
    const key = { id: randomBytes(ID_BYTES).toString('base64url'), bytes: new Uint8Array(randomBytes(KEY_BYTES)) };
    this.insert.run(customer, key.id, this.master.wrap(key.bytes, context(customer, key.id)));
    return key;
  }

  private newestOf(customer: string): CustomerKey | undefined {
    const cached = this.cache.get(customer);
    if (cached !== undefined) return cached;
    const key = this.stored(customer, this.newest.get(customer));
    if (key !== undefined) this.cache.set(customer, key);
    return key;
  }

  private stored(customer: string, row: unknown): CustomerKey | undefined {
    if (row === undefined) return undefined;
    const [id, wrapped] = row as [string, Uint8Array];
    return { id, bytes: new Uint8Array(this.master.unwrap(wrapped, context(customer, id))) };
  }

  private assertOpen(): void {
    if (!this.db.isOpen) throw new StoreUnavailable('The keys are closed.');
  }
}

/** Bound to the wrapped key, so that it opens for no other customer. */
const context = (customer: string, id: string): string => JSON.stringify([customer, id]);
