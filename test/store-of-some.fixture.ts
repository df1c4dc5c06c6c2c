import { customerStream, type Position, type Recorded } from '#kernel/fact.js';
import { EventStore, type Batch, type ReadAll, type ReadStream } from '#kernel/ports/event-store.js';

/** A store with some of a customer's facts only, and no other customer; or with some of all facts. */
export class StoreOfSome extends EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly customerId: string | undefined,
    private readonly some: (fact: Recorded) => boolean,
  ) {
    super();
  }

  get storeId(): string {
    return this.store.storeId;
  }

  override append(): never {
    throw new Error('Nothing is appended here.');
  }

  override async readStream(stream: string, options?: ReadStream): Promise<readonly Recorded[]> {
    return (await this.store.readStream(stream, options)).filter((fact) => this.holds(fact));
  }

  override async *readAll(options?: ReadAll): AsyncGenerator<Batch> {
    for await (const { facts, position } of this.store.readAll(options))
      yield { facts: facts.filter((fact) => this.holds(fact)), position };
  }

  // eslint-disable-next-line require-yield -- nothing comes
  override async *follow(): AsyncGenerator<Batch> {
    throw new Error('Nothing is followed here.');
  }

  override head(): Promise<Position> {
    return this.store.head();
  }

  override markAt(position: Position): Promise<string | undefined> {
    return this.store.markAt(position);
  }

  override async close(): Promise<void> {
    // the store is closed by whoever opened it
  }

  private holds(fact: Recorded): boolean {
    if (this.customerId === undefined || fact.stream === customerStream(this.customerId)) return this.some(fact);
    return !fact.stream.startsWith(customerStream(''));
  }
}
