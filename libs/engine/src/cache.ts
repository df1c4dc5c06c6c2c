/** Keeps what was used last, up to a total weight. */
export class Cache<V> {
  private readonly entries = new Map<string, { readonly value: V; weight: number }>();
  private total = 0;

  constructor(
    private readonly mostWeight: number,
    private readonly weigh: (value: V) => number,
    /** Told what goes because there is no more room. */
    private readonly leaving: (value: V) => void = () => undefined,
  ) {}

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Puts a value in, or weighs it anew; what was not used longest goes. */
  set(key: string, value: V): void {
    this.delete(key);
    const weight = this.weigh(value);
    this.entries.set(key, { value, weight });
    this.total += weight;
    for (const [oldest, { value: left }] of this.entries) {
      if (this.total <= this.mostWeight || oldest === key) break;
      this.delete(oldest);
      this.leaving(left);
    }
  }

  delete(key: string): void {
    this.total -= this.entries.get(key)?.weight ?? 0;
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.total = 0;
  }

  *values(): Iterable<V> {
    for (const { value } of this.entries.values()) yield value;
  }
}
