import type { DecidedAgain } from '#kernel/decider.js';
import type { Fact, Metadata, Position, Recorded } from '#kernel/fact.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Instant } from '#kernel/time.js';
import type { FoldContext } from './context.js';
import type { Customer } from './customer.js';
import { Decision, type Decided } from './decision.js';
import type { Part, Registry } from './registry.js';
import { SPREAD } from './supposed.js';

/** The stored facts of one append: each fact that is decided again takes the place of its like. */
export class Places {
  private readonly open = new Map<string, Recorded[]>();

  constructor(stored: readonly Recorded[]) {
    for (const recorded of stored) {
      const key = keyOf(recorded.type, recorded.occurredAt, recorded.metadata.derived === true);
      const alike = this.open.get(key);
      if (alike === undefined) this.open.set(key, [recorded]);
      else alike.push(recorded);
    }
  }

  take(type: string, at: Instant, isDerived: boolean): Recorded | undefined {
    return this.open.get(keyOf(type, at, isDerived))?.shift();
  }

  /** Those that nothing took. */
  get left(): readonly Recorded[] {
    return [...this.open.values()].flat();
  }
}

const keyOf = (type: string, at: Instant, isDerived: boolean): string => `${type} ${at} ${isDerived}`;

/** Decides one append of a customer's history again, on a state that other policies may have led to. */
export class Redecision extends Decision {
  /** By the order in which they were decided. */
  private readonly placed: (Recorded | undefined)[] = [];
  private readonly asTheyWere = new Set<number>();

  constructor(
    customer: Customer,
    private readonly stored: Recorded,
    private readonly places: Places,
    registry: Registry,
    context: FoldContext,
    ids: Ids,
  ) {
    super(customer, commandOf(stored.metadata), registry, context, ids);
  }

  /** What a command of this slice led to; says what it took and was not there. */
  again(part: Part | undefined, own: readonly Fact[]): DecidedAgain['short'] {
    const [first] = own;
    if (first === undefined) return undefined;
    const at = first.occurredAt;
    this.context.turnTo(at, Infinity);
    const state = part === undefined ? undefined : this.states[part.index];
    const again = part?.decider.decideAgain?.(own, state, this.context);
    if (again === undefined) {
      for (const { type, data, occurredAt } of own) {
        this.asTheyWere.add(this.decided.length);
        this.add({ type, version: 0, data }, occurredAt);
      }
      return undefined;
    }
    for (const proposal of again.proposals) this.add(proposal, at);
    return again.short;
  }

  /** A decided fact as a store would hold it, at its place or right behind the one before it; what stayed as it was is not written anew, and stays sealed. */
  recorded({ fact, version }: Decided, ordinal: number, least: Position): Recorded {
    const { id, type, occurredAt, metadata, revision } = fact;
    const { stream, recordedAt } = this.stored;
    const place = this.placed[ordinal];
    const position = Math.max(least, (place?.position ?? 0) * SPREAD);
    const isSame = place !== undefined && this.asTheyWere.has(ordinal);
    const data = isSame ? place.data : this.sealedAgain(fact, place);
    return {
      ...{ id, type, version: isSame ? place.version : version, stream, revision, position, occurredAt, data },
      recordedAt: place?.recordedAt ?? recordedAt,
      metadata: place === undefined ? metadata : { ...metadata, ...tagsOf(place.metadata) },
    };
  }

  protected override idOf(type: string, at: Instant, ordinal: number, isDerived: boolean): string {
    const place = this.places.take(type, at, isDerived);
    this.placed[ordinal] = place;
    if (place !== undefined) return place.id;
    const { customer, metadata } = this;
    return this.ids.derived(`${customer.stream}\nwhat-if ${customer.count} ${ordinal}\n${metadata.commandId}`);
  }

  /** Personal fields were not opened to decide again: they stay sealed under the id that the fact keeps. */
  private sealedAgain({ type, data }: Fact, place: Recorded | undefined): Readonly<Record<string, unknown>> {
    const personal = this.registry.events.get(type)?.personal ?? [];
    const plain = data as Readonly<Record<string, unknown>>;
    if (place === undefined || personal.length === 0) return plain;
    const sealed = personal.flatMap((field) => (place.data[field] === undefined ? [] : [[field, place.data[field]]]));
    return { ...plain, ...(Object.fromEntries(sealed) as object) };
  }
}

/** What all facts of a command have in common. */
function commandOf({ derived: _, policies: __, ...rest }: Metadata): Metadata {
  const { dueAt: ___, claims: ____, releases: _____, followUp: ______, ...command } = rest;
  return command;
}

const tagsOf = ({ claims, releases, followUp }: Metadata): Partial<Metadata> => ({
  ...(claims !== undefined && { claims }),
  ...(releases !== undefined && { releases }),
  ...(followUp !== undefined && { followUp }),
});
