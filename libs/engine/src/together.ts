/** Work that is done beside each other: where one fails the others are told, and awaited before its failure is thrown. */
export class Together {
  private readonly works: Promise<void>[] = [];
  private failure: { readonly error: unknown } | undefined;

  /** @returns  When it has ended, however it did. */
  add(work: () => Promise<void>): Promise<void> {
    const done = work().catch((error: unknown) => void (this.failure ??= { error }));
    this.works.push(done);
    return done;
  }

  /** Asked between two steps of each. */
  throwIfFailed(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  async done(): Promise<void> {
    await Promise.all(this.works);
    this.throwIfFailed();
  }
}
