import { Cache } from './cache.js';
import type { Customer, Packed } from './customer.js';
import { packed, unpacked } from './packed.js';
import { ReadyRoom } from './ready-room.js';
import type { Registry } from './registry.js';

/** Facts of customers that are ready, at some 640 bytes each; a customer by itself weighs as much as three. */
const READY_FACTS = 90_000;
/** Of these a server takes a tenth less processor time a command than with a fourth of them where customers do not fit into memory. */
const LEAST_READY_FACTS = 10_000;
const BYTES_A_FACT = 640;
/** Share of them that stays ready where memory is short, and how many facts fewer each command leaves room for on the way there. */
const SHARE_IN_SHORT = 0.5;
const STEP_FACTS = 100;
/** Bytes of those that rest, at some 260 a fact of the last forty, and 60 of the others. */
const RESTING_BYTES = 64_000_000;

export interface CustomerMemory {
  readonly readyFacts?: number;
  readonly restingBytes?: number;
  /** True where the process has little memory left: half as many are kept ready then. Asked at every command. */
  readonly memoryIsShort?: () => boolean;
}

/** A customer who rests. */
interface Resting {
  readonly packed: Packed;
  /** See `ReadyRoom.leaves`. */
  readonly leftAt: number;
}

/**
 * Customers in memory, so that a command need not fold its customer's history. Who was not used for a while rests as bytes,
 * which are opened in a fifth of the time that reading the customer from the store takes.
 */
export class CustomerCache {
  private readonly ready: Cache<Customer>;
  private readonly resting: Cache<Resting>;
  private readonly readyFacts: number;
  private readonly readyRoom: ReadyRoom;
  private readonly memoryIsShort: () => boolean;

  /** @param leaving  Told who leaves memory because there is no more room. */
  constructor(
    private readonly registry: Registry,
    leaving: (packed: Packed) => void,
    { readyFacts = READY_FACTS, restingBytes = RESTING_BYTES, memoryIsShort = () => false }: CustomerMemory = {},
  ) {
    this.readyFacts = readyFacts;
    this.memoryIsShort = memoryIsShort;
    this.readyRoom = new ReadyRoom(readyFacts, Math.min(readyFacts, LEAST_READY_FACTS));
    this.resting = new Cache(
      restingBytes,
      ({ packed: resting }) => bytesIn(resting),
      (one) => leaving(one.packed),
    );
    const rest = (customer: Customer): void => {
      const leftAt = this.readyRoom.leaves(weightOf(customer));
      this.resting.set(customer.id, { packed: packed(customer, registry), leftAt });
    };
    this.ready = new Cache(readyFacts, weightOf, rest);
  }

  get(customerId: string): Customer | undefined {
    const ready = this.ready.get(customerId);
    if (ready !== undefined) return ready;
    const resting = this.resting.get(customerId);
    if (resting === undefined) return undefined;
    this.readyRoom.returns(resting.leftAt);
    const customer = unpacked(resting.packed, this.registry);
    this.set(customer);
    return customer;
  }

  /** Puts a customer in, or weighs it anew. */
  set(customer: Customer): void {
    this.resting.delete(customer.id);
    this.ready.mostWeight = this.room();
    this.ready.set(customer.id, customer);
  }

  delete(customerId: string): void {
    this.ready.delete(customerId);
    this.resting.delete(customerId);
  }

  clear(): void {
    this.ready.clear();
    this.resting.clear();
  }

  /** Those that are wanted, who was used last first; the others are not packed for nothing. */
  *packed(wanted: (of: Pick<Packed, 'count' | 'snapshotAt'>) => boolean): Iterable<Packed> {
    for (const customer of [...this.ready.values()].reverse())
      if (wanted(customer)) yield packed(customer, this.registry);
    for (const one of [...this.resting.values()].reverse()) if (wanted(one.packed)) yield one.packed;
  }

  /** Narrowed step by step: putting thousands of customers to rest at once would keep others waiting. */
  private room(): number {
    const { facts } = this.readyRoom;
    if (!this.memoryIsShort()) return facts;
    return Math.min(facts, Math.max(this.readyFacts * SHARE_IN_SHORT, this.ready.mostWeight - STEP_FACTS));
  }
}

/** What a customer is opened from takes so many times its characters as objects. */
const TIMES_READ = 5;

/** In facts that were folded here; those of a long history that lies there as bytes take less. */
function weightOf({ count, opened, pieces }: Customer): number {
  let bytes = TIMES_READ * opened.json;
  for (const piece of pieces) bytes += piece.held;
  return count - opened.count + bytes / BYTES_A_FACT + 3;
}

function bytesIn({ head, pieces }: Packed): number {
  let bytes = head.length;
  for (const { length } of pieces) bytes += length;
  return bytes;
}
