import { UnreadableBody } from '#kernel/errors.js';
import type { Keys } from '#kernel/ports/keys.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { Snapshot, SnapshotStore } from '#kernel/ports/snapshot-store.js';
import type { Customer, Packed } from './customer.js';
import { packed, unpacked } from './packed.js';
import type { Registry } from './registry.js';
import { openBytes, sealBytes, type Place } from './sealing.js';
import { settled } from './settled.js';
import { bytesOf, partsOf } from './snapshot-bytes.js';

/** So many facts are folded about as fast as a snapshot is opened, or made. */
const WORTH_KEEPING = 16;
/** Facts behind the last snapshot, or none, that a process may lose by a crash: a few milliseconds of folding. */
const LONGEST_BEHIND = 400;
/** Snapshots of one commit: a commit of its own costs more than the snapshot. */
const MOST_GATHERED = 64;
const GATHER_MS = 200;
/** Nobody who stops a server is to wait for what can be folded again. */
const MOST_MS_AT_END = 1_500;

/**
 * Discardable states of streams, sealed with their customer's key. They are for those that are not in memory: one is taken when a
 * customer leaves it, and at an orderly end, where opening it saves more than it costs. Before that only long streams have some,
 * taken when they have grown by half since the last, so that what it costs per fact stays the same however long the stream.
 */
export class Snapshots {
  private sealing: Promise<unknown> = Promise.resolve();
  private writing: Promise<unknown> = Promise.resolve();
  /** Sealed and not yet written, the newest of each customer. */
  private readonly gathered = new Map<string, Snapshot>();
  private timer: NodeJS.Timeout | undefined;
  private readonly leaving: Packed[] = [];
  private takingLeaving: NodeJS.Timeout | undefined;

  private constructor(
    private readonly store: SnapshotStore,
    private readonly keys: Keys,
    private readonly registry: Registry,
  ) {}

  static async open(readModels: ReadModels, keys: Keys, registry: Registry): Promise<Snapshots> {
    return new Snapshots(await readModels.snapshots(), keys, registry);
  }

  /** The newest snapshot of a customer that this program can read; undefined where there is none. */
  async restore(customerId: string): Promise<Customer | undefined> {
    const snapshot = await this.store.load(customerId);
    if (snapshot?.version !== this.registry.stateVersion) return undefined;
    const key = await this.keys.keyOf(customerId, snapshot.keyId);
    if (key === undefined) return undefined;
    try {
      const bytes = openBytes(key, placeOf(customerId), snapshot.sealed);
      return unpacked({ id: customerId, ...partsOf(bytes) }, this.registry);
    } catch (error) {
      if (error instanceof UnreadableBody) return undefined; // what was changed on the disk is folded
      throw error;
    }
  }

  /** Of a customer who stays in memory: takes one, in the background, where much would be folded again after a crash. */
  offer(customer: Customer): void {
    if (customer.count - customer.snapshotAt < Math.max(LONGEST_BEHIND, customer.snapshotAt / 2)) return;
    this.take(packed(customer, this.registry)); // now: the states move on
    customer.snapshotAt = customer.count;
  }

  /** Of a customer who leaves memory: takes one, in the background, where opening it will be faster than folding. */
  keep(customer: Packed): void {
    if (!isWorthKeeping(customer)) return;
    this.leaving.push(customer); // together with others: keys that are made in one turn share a commit
    if (this.leaving.length >= MOST_GATHERED) this.takeLeaving();
    else this.takingLeaving ??= setTimeout(() => this.takeLeaving(), GATHER_MS).unref();
  }

  /** Of all of these, as far as there is time for it; few at once, as texts take a multiple of the memory. */
  async keepAll(customers: Iterable<Packed>): Promise<void> {
    const untilMs = performance.now() + MOST_MS_AT_END;
    for (const customer of customers) {
      this.keep(customer);
      if (this.leaving.length === 0) await this.sealing;
      if (performance.now() > untilMs) return;
    }
  }

  async close(): Promise<void> {
    this.takeLeaving();
    await this.sealing;
    await this.write();
  }

  private takeLeaving(): void {
    clearTimeout(this.takingLeaving);
    this.takingLeaving = undefined;
    for (const customer of this.leaving.splice(0)) this.take(customer);
  }

  private take(customer: Packed): void {
    const { id, position } = customer;
    const gathering = settled(this.gather(id, position, bytesOf(customer))); // beside others: keys that are made in one turn share a commit
    this.sealing = this.sealing.then(() => gathering);
  }

  /** Sealed at once, with the key of now: what waits to be written is erased with that key like what is written. */
  private async gather(customerId: string, position: number, taken: Buffer): Promise<void> {
    const key = await this.keys.keyFor(customerId);
    const sealed = sealBytes(key, placeOf(customerId), taken);
    const { stateVersion: version } = this.registry;
    if ((this.gathered.get(customerId)?.position ?? 0) > position) return;
    this.gathered.set(customerId, { key: customerId, position, version, keyId: key.id, sealed });
    if (this.gathered.size >= MOST_GATHERED) await this.write();
    else this.timer ??= setTimeout(() => void this.write(), GATHER_MS).unref();
  }

  /** All that were gathered, in one commit. What cannot be written is folded again one day. */
  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const gathered = [...this.gathered.values()];
    this.gathered.clear();
    if (gathered.length > 0) this.writing = this.writing.then(() => settled(this.store.write(gathered)));
    await this.writing;
  }
}

/**
 * True where opening a new snapshot will be faster than folding what came since the last. Making one costs as much as the stream is long, and folding as
 * much as is behind: the sum is least where that is as the root of the length.
 */
export const isWorthKeeping = ({ count, snapshotAt }: Pick<Packed, 'count' | 'snapshotAt'>): boolean =>
  count - snapshotAt >= Math.max(WORTH_KEEPING, Math.sqrt(snapshotAt) / 2);

const placeOf = (customerId: string): Place => ({
  customerId,
  stream: 'state_snapshots',
  eventId: customerId,
  field: 'state',
});
