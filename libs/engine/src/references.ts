import { setTimeout as delay } from 'node:timers/promises';
import type { AnyEvent } from '#kernel/event.js';
import type { Fact, Position, Recorded } from '#kernel/fact.js';
import type { InForce, PolicyDefinition } from '#kernel/policy.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import { PolicyPublished, policyStream } from '#kernel/system.events.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import type { Registry } from './registry.js';
import { UnknownPolicy, UnreadableShared } from './errors.js';

const FOLLOW_AGAIN_MS = 1_000;
/** Between two looks at the log: these facts are rare, and to look for them after every commit costs the commits. */
const LOOK_MS = 50;

export interface PolicyVersion {
  readonly name: string;
  readonly version: number;
  readonly effectiveFrom: Instant;
  readonly position: Position;
  readonly rules: InForce<object>;
}

/** Published policies and deployment-wide facts, each with its place in the log. */
export class References {
  private readonly policies = new Map<string, PolicyVersion[]>();
  private readonly publications = new Map<string, { readonly version: number; readonly bodyDigest: string }>();
  private changes: readonly Instant[] = [EARLIEST];
  private readonly facts = new Map<string, { readonly position: Position; readonly fact: Fact }[]>();
  private taken = 0;
  private unreadable: UnreadableShared | undefined;

  constructor(private readonly registry: Registry) {}

  /**
   * Reads the streams they stand in. Where one cannot be read, everything that asks for a policy is refused: whoever only shows what
   * is there is not.
   */
  static async load(store: EventStore, registry: Registry): Promise<References> {
    const streams = [...registry.policies.keys()].map(policyStream);
    for (const { stream } of registry.references) streams.push(stream);
    const recorded = (await Promise.all(streams.map((stream) => store.readStream(stream)))).flat();
    const references = new References(registry);
    try {
      for (const fact of recorded.sort((a, b) => a.position - b.position)) references.take(fact);
    } catch (error) {
      if (!(error instanceof UnreadableShared)) throw error;
    }
    return references;
  }

  /** Of facts in the order of the log; those of other types are passed over. */
  static of(registry: Registry, recorded: Iterable<Recorded>): References {
    const references = new References(registry);
    for (const fact of recorded) references.take(fact);
    return references;
  }

  /** What was known before a position; what was supposed is known always. */
  before(position: Position): References {
    const then = new References(this.registry);
    for (const [name, versions] of this.policies) {
      const known = versions.filter((version) => version.position < position);
      then.policies.set(name, known);
      then.taken += known.length;
      then.noteChanges(known);
    }
    for (const [type, facts] of this.facts) {
      const known = facts.filter((fact) => fact.position < position);
      then.facts.set(type, known);
      then.taken += known.length;
    }
    return then;
  }

  /** Lets rules be in force from an instant on, whatever else was published: as if everybody had always known them. */
  suppose(name: string, rules: object, effectiveFrom: Instant): void {
    const versions = this.policies.get(name) ?? [];
    const version = versions.length + 1;
    const supposed = { name, version, effectiveFrom, position: 0, rules: { ...rules, version, effectiveFrom } };
    versions.push(supposed);
    this.policies.set(name, versions);
    this.noteChanges([supposed]);
    this.taken += 1;
  }

  /** Rises with everything that is taken in. */
  get generation(): number {
    return this.taken;
  }

  /** Takes in what any process publishes behind a position, until `signal` aborts. */
  async follow(store: EventStore, after: Position, signal: AbortSignal): Promise<void> {
    let position = after;
    while (!signal.aborted) {
      try {
        for await (const read of store.follow({ after: position, types: this.registry.sharedTypes, signal })) {
          for (const recorded of read.facts) this.take(recorded);
          position = read.position;
          await delay(LOOK_MS, undefined, { signal });
        }
        if (!signal.aborted) await delay(FOLLOW_AGAIN_MS, undefined, { signal });
      } catch {
        if (!signal.aborted) await delay(FOLLOW_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** @throws {UnreadableShared} where a fact came that cannot be taken in: what was decided without it would be wrong */
  throwIfUnreadable(): void {
    if (this.unreadable !== undefined) throw this.unreadable;
  }

  /** Takes in a fact of a shared type; others, and facts taken before, change nothing. @throws {UnreadableShared} */
  take(recorded: Recorded): void {
    try {
      this.taking(recorded);
    } catch (error) {
      this.unreadable = new UnreadableShared(recorded, error);
      throw this.unreadable;
    }
  }

  private taking(recorded: Recorded): void {
    if (recorded.type === PolicyPublished.type) return this.takePolicy(recorded);
    const known = this.registry.references.find(
      ({ event, stream }) => event.type === recorded.type && stream === recorded.stream,
    );
    if (known === undefined) return;
    const facts = this.facts.get(recorded.type) ?? [];
    if ((facts.at(-1)?.position ?? 0) >= recorded.position) return;
    const { type, id, revision, occurredAt, metadata } = recorded;
    const data: unknown = known.event.read(recorded.version, recorded.data);
    facts.push({
      position: recorded.position,
      fact: { type, id, customerId: '', revision, occurredAt, data, metadata },
    });
    this.facts.set(type, facts);
    this.taken += 1;
  }

  /** @throws {UnknownPolicy} when no version is in force */
  inForce(definition: PolicyDefinition, at: Instant, before: Position): PolicyVersion {
    const found = this.inForceOrNone(definition, at, before);
    if (found === undefined) throw new UnknownPolicy(definition.name, at);
    return found;
  }

  inForceOrNone({ name }: PolicyDefinition, at: Instant, before: Position = Infinity): PolicyVersion | undefined {
    this.throwIfUnreadable();
    const versions = this.policies.get(name) ?? [];
    for (let index = versions.length - 1; index >= 0; index -= 1) {
      const version = versions[index] as PolicyVersion;
      if (version.position < before && version.effectiveFrom <= at) return version;
    }
    return undefined;
  }

  version(name: string, version: number): PolicyVersion | undefined {
    return this.policies.get(name)?.find((known) => known.version === version);
  }

  /** All versions of a policy, oldest first. */
  versions(name: string): readonly PolicyVersion[] {
    return this.policies.get(name) ?? [];
  }

  /** Which version was published under a caller's id, and by which body. */
  publication(name: string, commandId: string): { readonly version: number; readonly bodyDigest: string } | undefined {
    return this.publications.get(publicationOf(name, commandId));
  }

  /** The newest fact of a type before a position. @throws {UnreadableShared} */
  latest(event: AnyEvent, before: Position): Fact | undefined {
    this.throwIfUnreadable();
    return this.facts.get(event.type)?.findLast(({ position }) => position < before)?.fact;
  }

  /** The fact of a type that stands at a position. */
  at(type: string, position: Position): Fact | undefined {
    return this.facts.get(type)?.findLast((known) => known.position === position)?.fact;
  }

  /** True when a policy published before a position comes into force after `from`, up to and including `to`. */
  changesBetween(from: Instant, to: Instant, before: Position = Infinity): boolean {
    for (const versions of this.policies.values()) {
      for (const { effectiveFrom, position } of versions) {
        if (position < before && effectiveFrom > from && effectiveFrom <= to) return true;
      }
    }
    return false;
  }

  /** Instants, in order, at which policies came into force up to `at`; the first is the beginning of time. */
  changesUpTo(at: Instant): readonly Instant[] {
    const last = this.changes.at(-1);
    return last === undefined || last <= at ? this.changes : this.changes.filter((change) => change <= at);
  }

  private takePolicy(recorded: Recorded): void {
    const { name, version, effectiveFrom, rules } = PolicyPublished.read(recorded.version, recorded.data);
    const definition = this.registry.policies.get(name);
    const versions = this.policies.get(name) ?? [];
    if (definition === undefined || version <= versions.length) return;
    const parsed = { ...definition.parse(rules), version, effectiveFrom };
    const taken = { name, version, effectiveFrom, position: recorded.position, rules: parsed };
    versions.push(taken);
    this.policies.set(name, versions);
    const { commandId, bodyDigest } = recorded.metadata;
    if (commandId !== undefined && bodyDigest !== undefined) {
      this.publications.set(publicationOf(name, commandId), { version, bodyDigest });
    }
    this.taken += 1;
    this.noteChanges([taken]);
  }

  /** Of versions that are new here, all at once: a policy may have thousands. */
  private noteChanges(versions: readonly PolicyVersion[]): void {
    this.changes = [...new Set([...this.changes, ...versions.map(({ effectiveFrom }) => effectiveFrom)])].sort();
  }
}

const publicationOf = (name: string, commandId: string): string => `${name}\n${commandId}`;
