import { customerOf, type Fact, type Recorded } from '#kernel/fact.js';
import type { ProjectorOptions } from './projector-options.js';
import { openNone, unreadFact, type FactReader, type Opens } from './reader.js';
import type { Registry } from './registry.js';

/** A stored fact on its way to several projections: read at most once for all that may see the same of it. */
export class Incoming {
  readonly customerId: string;
  /** False for a type that this program does not declare. */
  readonly known: boolean;
  private readonly personal: boolean;
  /** What everybody sees of it; who opens a personal field has a reading of their own. */
  private common: Fact | Promise<Fact> | undefined;
  private bare: Fact | undefined;
  private opened: Map<Opens, Fact | Promise<Fact>> | undefined;

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
    if (!this.personal || opens === openNone) return (this.common ??= this.reader.read(this.recorded, opens));
    this.opened ??= new Map();
    let reading = this.opened.get(opens);
    if (reading === undefined) this.opened.set(opens, (reading = this.reader.read(this.recorded, opens)));
    return reading;
  }

  unread(): Fact {
    return (this.bare ??= unreadFact(this.recorded));
  }
}

/** Facts in the order of the log, as projections take them; what concerns everybody is known from now on. */
export function incomingOf(
  facts: readonly Recorded[],
  { registry, reader, references }: Pick<ProjectorOptions, 'registry' | 'reader' | 'references'>,
): readonly Incoming[] {
  const shared = new Set(registry.sharedTypes);
  return facts.map((recorded) => {
    if (shared.has(recorded.type)) references.take(recorded);
    return new Incoming(recorded, registry, reader);
  });
}
