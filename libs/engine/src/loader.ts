import { UnreadableBody } from '#kernel/errors.js';
import type { Fact, Recorded } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import { FoldContext } from './context.js';
import { Customer } from './customer.js';
import { UnreadableHistory } from './errors.js';
import { openAll, type FactReader } from './reader.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';
import type { Snapshots } from './snapshots.js';

const PAGE = 2_000;

/** Brings customers up to the newest fact of their stream. */
export class CustomerLoader {
  private readonly context: FoldContext;

  constructor(
    private readonly store: EventStore,
    private readonly registry: Registry,
    private readonly reader: FactReader,
    private readonly snapshots: Snapshots,
    references: References,
  ) {
    this.context = new FoldContext(references);
  }

  /** @throws {UnreadableHistory} naming the fact that cannot be read */
  async load(customerId: string): Promise<Customer> {
    const customer = (await this.snapshots.restore(customerId)) ?? new Customer(customerId, this.registry);
    await this.catchUp(customer);
    return customer;
  }

  /** Folds the facts behind the known ones; true when there were any. @throws {UnreadableHistory} */
  async catchUp(customer: Customer): Promise<boolean> {
    const before = customer.count;
    for (;;) {
      const facts = await this.store.readStream(customer.stream, { from: customer.count, limit: PAGE });
      for (const recorded of facts) {
        const folding = this.fold(customer, recorded);
        if (folding !== undefined) await folding; // only what is sealed has to be waited for
      }
      if (facts.length < PAGE) break;
    }
    return customer.count > before;
  }

  /** Facts as they were decided, for an answer that is given again. */
  async opened(facts: readonly Recorded[]): Promise<readonly Fact[]> {
    return Promise.all(facts.map((recorded) => this.reader.read(recorded, openAll)));
  }

  /** At once where nothing is sealed. @throws {UnreadableHistory} */
  private fold(customer: Customer, recorded: Recorded): Promise<void> | undefined {
    const { registry, context } = this;
    const take = (fact: Fact): void => customer.fold(fact, recorded.position, registry, context);
    try {
      const reading = this.reader.read(recorded, openAll);
      if (reading instanceof Promise) return reading.then(take).catch((error) => rethrow(error, recorded));
      return void take(reading);
    } catch (error) {
      return rethrow(error, recorded);
    }
  }
}

function rethrow(error: unknown, { stream, revision }: Recorded): never {
  throw error instanceof UnreadableBody ? new UnreadableHistory(stream, revision, error.message) : error;
}
