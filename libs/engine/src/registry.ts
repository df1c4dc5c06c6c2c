import type { AnyDecider, CommandBase } from '#kernel/decider.js';
import { DefinitionError } from '#kernel/errors.js';
import type { AnyEvent } from '#kernel/event.js';
import type { Fact } from '#kernel/fact.js';
import type { Measurement } from '#kernel/measurement.js';
import type { PolicyDefinition } from '#kernel/policy.js';
import type { Json } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { companyPolicy } from '#kernel/company.policy.js';
import type { CommandClass, IdentityClaim, Slice } from '#kernel/slice.js';
import type { AnyStatement, Said } from '#kernel/statement.js';
import { ClockAdvanced, ClockFixed, PolicyPublished, systemEvents } from '#kernel/system.events.js';
import { systemProjections } from './system.projections.js';

/** A decider with its place in a customer's list of states. */
export interface Part {
  readonly index: number;
  readonly slice: Slice;
  readonly decider: AnyDecider;
}

/** Of whatever documents. */
export type AnyMeasurement = Measurement<Json, unknown>;

type ClaimsOf = (data: unknown) => readonly IdentityClaim[];

/** Of how a customer is packed: raise it where `packed` changes. 2: deflated. 3: pieces. */
const FORM = 3;

/** Everything the slices declare, looked up by name. @throws {DefinitionError} when two declare the same name */
export class Registry {
  readonly events = new Map<string, AnyEvent>();
  readonly commands = new Map<string, { readonly command: CommandClass; readonly slice: Slice }>();
  readonly policies = new Map<string, PolicyDefinition>();
  readonly projections = new Map<string, AnyProjection>();
  readonly references: readonly { readonly stream: string; readonly event: AnyEvent }[];
  readonly statements: readonly AnyStatement[];
  readonly measurements: readonly AnyMeasurement[];
  readonly parts: readonly Part[];
  /** Those to whom time can owe a fact. */
  readonly timed: readonly Part[];
  /** Named in snapshots: one taken under another version is left aside. */
  readonly stateVersion: string;
  private readonly owning = new Map<string, Part>();
  private readonly evolving = new Map<string, readonly Part[]>();
  private readonly reacting = new Map<string, readonly Part[]>();
  private readonly following = new Map<string, (fact: Fact) => CommandBase>();
  private readonly claiming = new Map<string, ClaimsOf>();
  private readonly releasing = new Map<string, ClaimsOf>();
  private readonly saying = new Map<string, (fact: Fact) => Said>();

  constructor(readonly slices: readonly Slice[]) {
    for (const event of systemEvents) add(this.events, event.type, event, 'event');
    add<PolicyDefinition>(this.policies, companyPolicy.name, companyPolicy, 'policy');
    for (const projection of systemProjections) add(this.projections, projection.name, projection, 'projection');
    for (const slice of slices) this.include(slice);
    this.statements = slices.flatMap(({ statements = [] }) => statements);
    this.measurements = slices.flatMap(({ measurements = [] }) => measurements) as unknown as readonly AnyMeasurement[];
    this.references = slices.flatMap(({ references = [] }) => references);
    this.parts = slices
      .filter((slice) => slice.decider !== undefined)
      .map((slice, index) => ({ index, slice, decider: slice.decider as AnyDecider }));
    for (const part of this.parts) for (const { type } of part.slice.events) this.owning.set(type, part);
    this.timed = this.parts.filter(({ decider }) => decider.due !== undefined);
    for (const type of this.events.keys()) {
      const part = (events: readonly AnyEvent[] = []): boolean => events.some((event) => event.type === type);
      this.evolving.set(
        type,
        this.parts.filter(({ slice }) => part(slice.events) || part(slice.listens)),
      );
      this.reacting.set(
        type,
        this.parts.filter(({ slice, decider }) => decider.react && part(slice.reactsTo)),
      );
    }
    const versions = this.parts.map(({ slice }) => `${slice.name}:${slice.stateVersion ?? 1}`);
    this.stateVersion = [`customer:${FORM}`, ...versions].join(',');
    for (const projection of this.projections.values()) this.check(projection);
  }

  /** The slice whose fact this is, where it decides. */
  owner(type: string): Part | undefined {
    return this.owning.get(type);
  }

  evolvers(type: string): readonly Part[] {
    return this.evolving.get(type) ?? [];
  }

  reactors(type: string): readonly Part[] {
    return this.reacting.get(type) ?? [];
  }

  /** True of a type whose facts may claim or give back identities. */
  identifies(type: string): boolean {
    return this.claiming.has(type) || this.releasing.has(type);
  }

  claims(type: string, data: unknown): readonly IdentityClaim[] {
    return this.claiming.get(type)?.(data) ?? [];
  }

  releases(type: string, data: unknown): readonly IdentityClaim[] {
    return this.releasing.get(type)?.(data) ?? [];
  }

  /** What makes the command that a fact of this type brings with it. */
  followUp(type: string): ((fact: Fact) => CommandBase) | undefined {
    return this.following.get(type);
  }

  /** A fact in a person's words; its type where no slice has any. */
  said(fact: Fact): Said {
    return this.saying.get(fact.type)?.(fact) ?? { what: fact.type };
  }

  /** Types of facts that every fold needs beside its own: policies and references. */
  get sharedTypes(): readonly string[] {
    return [PolicyPublished.type, ...this.references.map(({ event }) => event.type)];
  }

  /** True of a projection that a measurement is taken over: time does not pass a month's end without it. */
  isMeasured(name: string): boolean {
    return this.measurements.some(({ model }) => model === name);
  }

  /** @param stream  What it is named by. */
  measurement(stream: string): AnyMeasurement {
    const found = this.measurements.find((measurement) => measurement.stream === stream);
    if (found === undefined) throw new DefinitionError(`No slice measures ${stream}.`);
    return found;
  }

  part(slice: Slice): Part {
    const part = this.parts.find((candidate) => candidate.slice === slice);
    if (part === undefined) throw new DefinitionError(`Slice ${slice.name} has commands but no decider.`);
    return part;
  }

  private include(slice: Slice): void {
    for (const event of slice.events) add(this.events, event.type, event, 'event');
    for (const policy of slice.policies) add(this.policies, policy.name, policy, 'policy');
    for (const projection of slice.projections) add(this.projections, projection.name, projection, 'projection');
    for (const command of slice.commands) add(this.commands, new command().type, { command, slice }, 'command');
    for (const [type, say] of Object.entries(slice.words ?? {})) add(this.saying, type, say, 'words for');
    for (const [type, make] of Object.entries(slice.followUps ?? {})) add(this.following, type, make, 'follow-up');
    for (const [type, claims] of Object.entries(slice.claims ?? {}))
      add(this.claiming, type, claims as ClaimsOf, 'claim');
    for (const [type, gives] of Object.entries(slice.releases ?? {})) {
      add(this.releasing, type, gives as ClaimsOf, 'release');
    }
  }

  private check({ name, on, broadcast = {}, opens = [], perCustomer }: AnyProjection): void {
    const ofEverybody = new Set([ClockAdvanced.type, ClockFixed.type, ...this.sharedTypes]);
    const shared = perCustomer === true ? Object.keys(on as object).find((type) => ofEverybody.has(type)) : undefined;
    if (shared !== undefined) {
      throw new DefinitionError(
        `Projection ${name} says that it goes by customer, but ${shared} is no customer's: use broadcast.`,
      );
    }
    for (const type of [...Object.keys(on as object), ...Object.keys(broadcast as object)]) {
      if (!this.events.has(type))
        throw new DefinitionError(`Projection ${name} handles ${type}, which no slice declares.`);
    }
    for (const path of opens) {
      const [type = '', field = ''] = path.split('.');
      if (this.events.get(type)?.personal.includes(field) !== true) {
        throw new DefinitionError(`Projection ${name} opens ${path}, which is no personal field.`);
      }
    }
  }
}

function add<T>(map: Map<string, T>, name: string, value: T, kind: string): void {
  if (map.has(name)) throw new DefinitionError(`Two slices declare the ${kind} ${name}.`);
  map.set(name, value);
}
