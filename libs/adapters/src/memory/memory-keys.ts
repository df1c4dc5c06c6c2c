import { createHmac, randomBytes } from 'node:crypto';
import { Keys, throwIfForeign, type CustomerKey, type KeptHistory, type Purpose } from '#kernel/ports/keys.js';

/** Keys of this process; lost on exit. A fixed master gives the same digests and keys in every run. For tests. */
export class MemoryKeys extends Keys {
  private readonly made = new Map<string, CustomerKey>();
  private readonly served = new Set<string>();

  constructor(private readonly master: Uint8Array = randomBytes(32)) {
    super();
  }

  override digest(purpose: Purpose, text: string): string {
    return this.hmac(`digest:${purpose}`).update(text).digest('base64url');
  }

  override keyFor(customerId: string): Promise<CustomerKey> {
    let key = this.made.get(customerId);
    if (key === undefined) {
      key = { id: this.derived('id', customerId).toString('hex', 0, 8), bytes: this.derived('key', customerId) };
      this.made.set(customerId, key);
    }
    return Promise.resolve(key);
  }

  override keyOf(customerId: string, keyId: string): Promise<CustomerKey | undefined> {
    const key = this.made.get(customerId);
    return Promise.resolve(key?.id === keyId ? key : undefined);
  }

  override async belongTo(history: KeptHistory): Promise<void> {
    throwIfForeign('The keys in memory', [...this.served], history);
    if (history.isWritten) this.served.add(history.storeId);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  private derived(what: string, customerId: string): Buffer {
    return this.hmac(`${what}:${customerId}`).digest();
  }

  private hmac(purpose: string): ReturnType<typeof createHmac> {
    return createHmac('sha256', createHmac('sha256', this.master).update(purpose).digest());
  }
}
