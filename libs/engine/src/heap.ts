/** Timers in order of their instant, ties by key. Entries that were overtaken are told apart by the caller. */
export class TimerHeap {
  private readonly entries: (readonly [due: string, key: string])[] = [];

  push(due: string, key: string): void {
    const { entries } = this;
    let at = entries.push([due, key]) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) return;
      this.exchange(at, parent);
      at = parent;
    }
  }

  /** Takes out the earliest entry that is due up to `until`. */
  pop(until: string): readonly [due: string, key: string] | undefined {
    const { entries } = this;
    const first = entries[0];
    if (first === undefined || first[0] > until) return undefined;
    const last = entries.pop() as readonly [string, string];
    if (entries.length > 0) {
      entries[0] = last;
      this.sink();
    }
    return first;
  }

  get first(): readonly [due: string, key: string] | undefined {
    return this.entries[0];
  }

  get size(): number {
    return this.entries.length;
  }

  clear(): void {
    this.entries.length = 0;
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < this.entries.length && this.before(left, least)) least = left;
      if (right < this.entries.length && this.before(right, least)) least = right;
      if (least === at) return;
      this.exchange(at, least);
      at = least;
    }
  }

  private before(left: number, right: number): boolean {
    const [leftDue, leftKey] = this.entries[left] as readonly [string, string];
    const [rightDue, rightKey] = this.entries[right] as readonly [string, string];
    return leftDue === rightDue ? leftKey < rightKey : leftDue < rightDue;
  }

  private exchange(left: number, right: number): void {
    const held = this.entries[left] as readonly [string, string];
    this.entries[left] = this.entries[right] as readonly [string, string];
    this.entries[right] = held;
  }
}
