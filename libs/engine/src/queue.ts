/** Runs tasks of one name one after the other, tasks of different names side by side. */
export class Queues {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.tails.get(name);
    const mine = before === undefined ? task() : before.then(task, task);
    this.tails.set(name, mine);
    const forget = (): void => {
      if (this.tails.get(name) === mine) this.tails.delete(name);
    };
    mine.then(forget, forget);
    return mine;
  }

  /** Resolves when all that was asked for so far is done. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.tails.values()]);
  }
}
