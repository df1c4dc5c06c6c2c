import { customerStream, type Metadata, type Recorded } from '#kernel/fact.js';
import type { PolicyDefinition } from '#kernel/policy.js';
import { CALENDAR, ClockAdvanced, PolicyPublished, policyStream, SETTLEMENTS } from '#kernel/system.events.js';
import { EARLIEST, toInstant, type Instant } from '#kernel/time.js';
import type { Registry } from '#engine/registry.js';

/** The customer of facts and commands that name none. */
export const CUSTOMER = 'c-1';

/** A fact as a test gives it: what a definition makes, with a name of its own where the test needs one. */
export interface GivenFact {
  readonly type: string;
  readonly version?: number;
  readonly data: unknown;
  readonly occurredAt?: Instant;
  /** `fact-<n>` when left out, n counting from 1. */
  readonly id?: string;
  readonly customerId?: string;
  readonly metadata?: Partial<Metadata>;
}

/** A command as a test gives it; `customerId` and `at` are filled in when left out. */
export interface GivenCommand {
  readonly type: string;
  readonly customerId?: string;
  readonly at?: string;
  readonly [field: string]: unknown;
}

/** Gives a fact a name: `named('lot-1', PointsEarned({ … }))`. */
export const named = <F extends GivenFact>(id: string, fact: F): F & { readonly id: string } => ({ ...fact, id });

/** Says whose fact it is: `of('c-2', PointsEarned({ … }))`. */
export const of = <F extends GivenFact>(customerId: string, fact: F): F & { readonly customerId: string } => ({
  ...fact,
  customerId,
});

/** Business time reaches an instant. */
export const clockAt = (at: string): GivenFact => ClockAdvanced({ to: toInstant(at), fixedAt: null }, toInstant(at));

/** A policy's next version: the defaults with these rules instead, in force from the beginning or from an instant on. */
export const published = <Rules extends object>(
  { name, defaults }: PolicyDefinition<Rules>,
  rules: Partial<Rules>,
  effectiveFrom: string = EARLIEST,
): GivenFact => ({
  type: PolicyPublished.type,
  data: { name, effectiveFrom: toInstant(effectiveFrom), rules: { ...defaults, ...rules } },
  occurredAt: toInstant(effectiveFrom),
});

/** Writes given facts down as a store would, each in its stream: revisions, positions, ids, policy versions. */
export class Scribe {
  private position = 0;
  private named = 0;
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly registry: Registry,
    private readonly now: Instant,
  ) {}

  /** The default policies, as a new store holds them. */
  defaults(): readonly Recorded[] {
    return [...this.registry.policies.values()].map((policy) =>
      this.write({ ...published(policy, {}), id: policy.name }),
    );
  }

  write({ type, version, data, occurredAt = this.now, id, customerId = CUSTOMER, metadata = {} }: GivenFact): Recorded {
    const stream = this.streamOf(type, data, customerId);
    const revision = this.counts.get(stream) ?? 0;
    this.counts.set(stream, revision + 1);
    this.position += 1;
    if (id === undefined) this.named += 1;
    const name = id ?? `fact-${this.named}`;
    const numbered = type === PolicyPublished.type ? { version: revision + 1, ...(data as object) } : data;
    return {
      ...{ id: name, type, stream, revision, position: this.position, recordedAt: this.now },
      version: version ?? this.registry.events.get(type)?.version ?? 1,
      occurredAt: toInstant(occurredAt),
      data: JSON.parse(JSON.stringify(numbered)) as Record<string, unknown>,
      metadata: { commandId: `given-${name}`, ...metadata },
    };
  }

  /** How many facts a stream was given. */
  count(stream: string): number {
    return this.counts.get(stream) ?? 0;
  }

  private streamOf(type: string, data: unknown, customerId: string): string {
    if (type === PolicyPublished.type) return policyStream((data as { readonly name: string }).name);
    if (type.startsWith('Clock')) return CALENDAR;
    if (type === 'SettlementsRescheduled') return SETTLEMENTS;
    return this.registry.references.find(({ event }) => event.type === type)?.stream ?? customerStream(customerId);
  }
}
