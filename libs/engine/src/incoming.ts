import { customerOf, type Fact, type Recorded } from '#kernel/fact.js';
import { unreadFact, type FactReader, type Opens } from './reader.js';
import type { Registry } from './registry.js';

/** A stored fact on its way to several projections: read at most once for all that may see the same of it. */
export class Incoming {
  readonly customerId: string;
  /** False for a type that this program does not declare. */
  readonly known: boolean;
  private readonly personal: boolean;
  private readonly readings = new Map<Opens | undefined, Fact | Promise<Fact>>();

  constructor(
    readonly recorded: Recorded,
    registry: Registry,
    private readonly reader: FactReader,
  ) {
    const definition = registry.events.get(recorded.type);
    this.customerId = customerOf(recorded.stream);
    this.known = definition !== undefined;
    this.personal = (definition?.personal.length ?? 0) > 0;
  }

  /** @throws {UnreadableBody} */
  read(opens: Opens): Fact | Promise<Fact> {
    const audience = this.personal ? opens : undefined;
    let reading = this.readings.get(audience);
    if (reading === undefined) this.readings.set(audience, (reading = this.reader.read(this.recorded, opens)));
    return reading;
  }

  unread(): Fact {
    return unreadFact(this.recorded);
  }
}
