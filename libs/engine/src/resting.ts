import { Cache } from './cache.js';
import type { Packed } from './customer.js';
import { deflated } from './deflated.js';

/** Share of the room that those who came last have as they are, whoever else is there. */
const LEAST_AS_THEY_ARE = 1 / 8;

/** A customer who rests. */
export interface Resting {
  readonly packed: Packed;
  /** See `ReadyRoom.leaves`. */
  readonly leftAt: number;
}

/** Customers who rest as bytes: as they came while there is room for that, and deflated when there is not. */
export class RestingCustomers {
  private readonly asTheyAre: Cache<Resting>;
  private readonly deflated: Cache<Resting>;

  /**
   * @param room  in bytes
   * @param leaving  told who leaves memory because there is no more room
   */
  constructor(
    private readonly room: number,
    leaving: (packed: Packed) => void,
  ) {
    const bytesOf = ({ packed: { bytes, since } }: Resting): number => bytes.length + (since?.length ?? 0);
    this.deflated = new Cache(room * (1 - LEAST_AS_THEY_ARE), bytesOf, (one) => leaving(one.packed));
    this.asTheyAre = new Cache(room, bytesOf, ({ packed, leftAt }) => {
      this.deflated.set(packed.id, { packed: { ...packed, bytes: deflated(packed.bytes) }, leftAt });
    });
  }

  get(customerId: string): Resting | undefined {
    return this.asTheyAre.get(customerId) ?? this.deflated.get(customerId);
  }

  set(one: Resting): void {
    this.deflated.delete(one.packed.id);
    this.asTheyAre.mostWeight = Math.max(this.room * LEAST_AS_THEY_ARE, this.room - this.deflated.weight);
    this.asTheyAre.set(one.packed.id, one);
  }

  delete(customerId: string): void {
    this.asTheyAre.delete(customerId);
    this.deflated.delete(customerId);
  }

  clear(): void {
    this.asTheyAre.clear();
    this.deflated.clear();
  }

  /** Who came last comes first. */
  *newestFirst(): Iterable<Packed> {
    for (const cache of [this.asTheyAre, this.deflated])
      for (const { packed } of [...cache.values()].reverse()) yield packed;
  }
}
