/** Runs tasks side by side, those of one name one after the other, and never more than `most` at once. */
export class Window {
  private readonly tails = new Map<string, Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly most: number) {}

  /** Resolves when there is room for the next one. @throws the first error of any task before */
  async add(name: string, task: () => Promise<void>): Promise<void> {
    this.running += 1;
    const before = this.tails.get(name);
    const mine: Promise<void> = (
      before === undefined ? task() : before.then(() => (this.failure === undefined ? task() : undefined))
    )
      .catch((error: unknown) => void (this.failure ??= { error }))
      .then(() => {
        this.running -= 1;
        if (this.tails.get(name) === mine) this.tails.delete(name);
        this.waiting.shift()?.();
      });
    this.tails.set(name, mine);
    while (this.running >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.check();
  }

  /** Resolves when all of them are done. */
  async drain(): Promise<void> {
    while (this.running > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.check();
  }

  private check(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
