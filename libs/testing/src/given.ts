import type { CommandBase } from '#kernel/decider.js';
import { customerOf, type Fact, type Recorded } from '#kernel/fact.js';
import { Ids } from '#kernel/ports/ids.js';
import type { Slice } from '#kernel/slice.js';
import { toInstant, type Instant } from '#kernel/time.js';
import { FoldContext } from '#engine/context.js';
import { Customer } from '#engine/customer.js';
import { Decision } from '#engine/decision.js';
import { References } from '#engine/references.js';
import { Registry } from '#engine/registry.js';
import { CUSTOMER, Scribe, type GivenCommand, type GivenFact } from './makers.js';

export interface SpecOptions {
  /** When commands and facts happen that do not say so. */
  readonly now?: Instant;
  /** Published before everything else, see `published`. */
  readonly policies?: readonly GivenFact[];
}

/** What a test expects of a fact: its type and as much of the rest as it names. */
export interface ExpectedFact {
  readonly type: string;
  readonly version?: number;
  readonly data?: unknown;
  readonly occurredAt?: Instant;
  readonly metadata?: object;
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** What came of a command, or of time: facts or a refusal. */
export interface Outcome {
  /** Exactly these facts in this order, each with at least this data. */
  then(...expected: readonly ExpectedFact[]): void;
  thenNothing(): void;
  /** Refused with this class, and with these fields where given. */
  thenFails(error: ErrorClass, fields?: object): void;
  /** The facts themselves, for what `then` cannot say. @throws the refusal */
  facts(): readonly Fact[];
}

/** A customer with a past. */
export interface History {
  /** These commands were done too; each with what it brought and what time owed until then. */
  after(...commands: readonly GivenCommand[]): History;
  /** Time passed, and what it owed until then was appended. */
  settled(at: string): History;
  /** A command; what time owes until then comes first. */
  when(command: GivenCommand): Outcome;
  /** What time alone owes until then. */
  settling(at: string): Outcome;
}

export type Given = (...facts: readonly GivenFact[]) => History;

/** Ids that a test can read: `command-1/0` is the first fact of the first command. */
class SpokenIds extends Ids {
  private last = 0;
  override next(): string {
    this.last += 1;
    return `id-${this.last}`;
  }
  override derived(name: string): string {
    return name.split('\n').slice(1).join('/');
  }
}

/**
 * Given facts, when a command comes, then these facts or this refusal; on the engine's own write path without stores.
 * Pass the slice together with the slices it reacts to: `const given = deciderSpec(loyaltySlice, purchasesSlice)`.
 */
export function deciderSpec(...slices: readonly Slice[]): Given;
export function deciderSpec(slices: readonly Slice[], options: SpecOptions): Given;
export function deciderSpec(...args: readonly (Slice | readonly Slice[] | SpecOptions)[]): Given {
  const [first, second] = args;
  const [slices, options] = Array.isArray(first) ? [first as Slice[], second as SpecOptions] : [args as Slice[], {}];
  return (...facts) => new SpecCustomer(new Registry(slices), options, facts);
}

class SpecCustomer implements History {
  private readonly references: References;
  private readonly customer: Customer;
  private readonly context: FoldContext;
  private readonly ids = new SpokenIds();
  private readonly now: Instant;
  private commands = 0;

  constructor(
    private readonly registry: Registry,
    { now = '2026-03-02T12:00:00.000Z', policies = [] }: SpecOptions,
    facts: readonly GivenFact[],
  ) {
    this.now = now;
    this.references = new References(registry);
    this.context = new FoldContext(this.references);
    this.customer = new Customer(CUSTOMER, registry);
    const scribe = new Scribe(registry, now);
    const recorded = [...scribe.defaults(), ...[...policies, ...facts].map((fact) => scribe.write(fact))];
    for (const fact of recorded) this.take(fact);
  }

  after(...commands: readonly GivenCommand[]): this {
    for (const command of commands) this.keep(this.decide(command));
    return this;
  }

  settled(at: string): this {
    this.keep(this.settle(at));
    return this;
  }

  when(command: GivenCommand): Outcome {
    return new Attempt(() => this.decide(command).facts(this.at(command.at)));
  }

  settling(at: string): Outcome {
    return new Attempt(() => this.settle(at).facts(toInstant(at)));
  }

  private decide(given: GivenCommand): Decision {
    const command: CommandBase = { customerId: CUSTOMER, ...given, at: this.at(given.at) };
    const declared = this.registry.commands.get(command.type);
    if (declared === undefined) throw new Error(`No given slice declares the command ${command.type}.`);
    const decision = this.settle(command.at);
    decision.decide(command, this.registry.part(declared.slice));
    return decision;
  }

  private settle(at: string): Decision {
    this.commands += 1;
    const metadata = { commandId: `command-${this.commands}` };
    const decision = new Decision(this.customer, metadata, this.registry, this.context, this.ids);
    decision.settle(toInstant(at));
    return decision;
  }

  private keep(decision: Decision): void {
    const facts = decision.decided;
    this.customer.states = [...decision.states];
    for (const { fact } of facts) this.customer.take(fact, this.customer.position);
  }

  private take(recorded: Recorded): void {
    this.references.take(recorded);
    if (customerOf(recorded.stream) !== CUSTOMER) return;
    const { type, version, position, stream: _, recordedAt: __, ...rest } = recorded;
    const definition = this.registry.events.get(type);
    if (definition === undefined) throw new Error(`No given slice declares the event ${type}.`);
    const fact: Fact = {
      ...rest,
      type,
      customerId: CUSTOMER,
      data: definition.read(version, recorded.data) as unknown,
    };
    this.customer.fold(fact, position, this.registry, this.context);
  }

  private at(at: string | undefined): Instant {
    return toInstant(at ?? this.now);
  }
}

class Attempt implements Outcome {
  constructor(private readonly run: () => ReturnType<Decision['facts']>) {}

  then(...expected: readonly ExpectedFact[]): void {
    const facts = this.run().map(({ fact, version }) => ({ ...fact, version }));
    expect(facts.map(({ type }) => type)).toEqual(expected.map(({ type }) => type));
    expect(facts).toMatchObject(expected as object[]);
  }

  thenNothing(): void {
    expect(this.facts()).toEqual([]);
  }

  thenFails(error: ErrorClass, fields: object = {}): void {
    const failure = failureOf(() => this.run());
    expect(failure).toBeInstanceOf(error);
    expect(failure).toMatchObject(fields);
  }

  facts(): readonly Fact[] {
    return this.run().map(({ fact }) => fact);
  }
}

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to be refused, and was not.');
}
