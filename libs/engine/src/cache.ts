interface Entry<V> {
  readonly key: string;
  readonly value: V;
  weight: number;
  /** When it was last used, counted in uses. */
  used: number;
  /** Where it stands in `slots`. */
  slot: number;
}

/** Of so many taken at random the one that was not used longest goes. */
const SAMPLE = 2;
/** 2³² divided by the golden ratio: steps that reach every slot about as often as any other. */
const STEP = 0x9e3779b1;

/**
 * Keeps what was used lately, up to a total weight. Where there is no more room the longer unused of two entries goes, not the
 * longest unused of all: work that goes through a little more than there is room for, in turn, would find nothing of it again.
 */
export class Cache<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private slots: Entry<V>[] = [];
  private total = 0;
  private uses = 0;
  private random = 0;

  constructor(
    public mostWeight: number,
    private readonly weigh: (value: V) => number,
    /** Told what goes because there is no more room. */
    private readonly leaving: (value: V) => void = () => undefined,
  ) {}

  get weight(): number {
    return this.total;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = this.uses += 1;
    return entry.value;
  }

  /** Puts a value in, or weighs it anew. */
  set(key: string, value: V): void {
    const weight = this.weigh(value);
    const known = this.entries.get(key);
    const used = (this.uses += 1);
    if (known?.value === value) {
      this.total += weight - known.weight;
      [known.weight, known.used] = [weight, used];
    } else {
      this.delete(key);
      this.total += weight;
      const entry = { key, value, weight, used, slot: this.slots.length };
      this.entries.set(key, entry);
      this.slots.push(entry);
    }
    while (this.total > this.mostWeight && this.slots.length > 1) {
      const left = this.longerUnused(used);
      this.delete(left.key);
      this.leaving(left.value);
    }
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.total -= entry.weight;
    this.entries.delete(key);
    const last = this.slots.pop() as Entry<V>;
    if (last === entry) return;
    this.slots[entry.slot] = last;
    last.slot = entry.slot;
  }

  clear(): void {
    this.entries.clear();
    this.slots = [];
    this.total = 0;
  }

  /** Who was used last comes last. */
  *values(): Iterable<V> {
    for (const { value } of [...this.slots].sort((a, b) => a.used - b.used)) yield value;
  }

  /** Never the one that was just put in, which was used at `newest`. */
  private longerUnused(newest: number): Entry<V> {
    let left: Entry<V> | undefined;
    for (let looked = 0; looked < SAMPLE;) {
      this.random = (this.random + STEP) >>> 0;
      const entry = this.slots[this.random % this.slots.length] as Entry<V>;
      if (entry.used === newest) continue;
      if (left === undefined || entry.used < left.used) left = entry;
      looked += 1;
    }
    return left as Entry<V>;
  }
}
