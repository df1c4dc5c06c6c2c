/** Texts that wait to be stored, as bytes outside of the heap: as strings they would outlive its young generation. */
export class Texts {
  private bytes = Buffer.alloc(0);
  private ends: number[] = [];

  /** @returns  What `at` finds it by. */
  put(text: string): number {
    const from = this.ends.at(-1) ?? 0;
    this.hold(from + 3 * text.length); // the most that UTF-8 takes
    return this.ends.push(from + this.bytes.write(text, from)) - 1;
  }

  /** Its bytes, until something is put after `clear`. */
  at(index: number): Uint8Array {
    return this.bytes.subarray(this.ends[index - 1] ?? 0, this.ends[index]);
  }

  clear(): void {
    this.ends = [];
  }

  private hold(most: number): void {
    if (most <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(most, 2 * this.bytes.length));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
