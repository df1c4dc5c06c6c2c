import { canonicalJson } from '#kernel/canonical.js';
import { InvalidRequest } from '#kernel/errors.js';
import type { Actor } from '#kernel/fact.js';
import { BadValue, type Raw } from '#kernel/parse.js';
import { WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import { PolicyPublished, policyStream } from '#kernel/system.events.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { badField } from './bad-field.js';
import { CommandIdReused, NotFound } from './errors.js';
import type { PolicyVersion, References } from './references.js';
import type { Registry } from './registry.js';

const LONGEST_MESSAGE = 1_000;

export interface Publication {
  readonly name: string;
  readonly rules: Raw;
  /** In force for facts from then on. */
  readonly effectiveFrom: Instant;
  readonly actor?: Actor;
  /** The caller's name for the request, with a digest of it, by which a retry is known. */
  readonly request?: { readonly commandId: string; readonly bodyDigest: string };
}

/** Publishes policies as facts, and says which were published. */
export class Policies {
  constructor(
    private readonly store: EventStore,
    private readonly registry: Registry,
    private readonly references: References,
    private readonly ids: Ids,
  ) {}

  /** Publishes the defaults of every policy that was never published, in force from the beginning. */
  async publishDefaults(): Promise<void> {
    for (const { name, defaults } of this.registry.policies.values()) {
      if (this.references.versions(name).length > 0) continue;
      await this.publish({
        name,
        rules: defaults as Raw,
        effectiveFrom: EARLIEST,
        actor: { kind: 'system', id: 'patron' },
      });
    }
  }

  /** What a caller's earlier request published; undefined for a new one. @throws {CommandIdReused} for another body */
  publishedBy(name: string, { commandId, bodyDigest }: NonNullable<Publication['request']>): PolicyVersion | undefined {
    const known = this.references.publication(name, commandId);
    if (known === undefined) return undefined;
    if (known.bodyDigest !== bodyDigest) throw new CommandIdReused(commandId);
    return this.references.version(name, known.version);
  }

  /**
   * @throws {InvalidRequest} saying which rule does not hold
   * @throws {NotFound} for a name no slice declares
   * @throws {CommandIdReused}
   */
  async publish({ name, rules, effectiveFrom, actor, request }: Publication): Promise<PolicyVersion> {
    this.references.throwIfUnreadable();
    const parsed = this.parsed(name, rules);
    const stream = policyStream(name);
    for (;;) {
      const published = request === undefined ? undefined : this.publishedBy(name, request);
      if (published !== undefined) return published; // by another process, meanwhile
      const count = this.references.versions(name).length;
      const event = PolicyPublished({ name, version: count + 1, effectiveFrom, rules: parsed as Raw });
      const id = this.ids.derived(`${stream}\n${count}`);
      const by = request ?? { commandId: `publish-${count + 1}` };
      const metadata = { ...by, ...(actor !== undefined && { actor }) };
      const { type, version, data } = event;
      try {
        const fact = { id, type, version, occurredAt: effectiveFrom, data: { ...data }, metadata };
        await this.store.append(stream, count, [fact]);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        for (const recorded of await this.store.readStream(stream, { from: count })) this.references.take(recorded);
        continue;
      }
      for (const recorded of await this.store.readStream(stream, { from: count })) this.references.take(recorded);
      return this.references.version(name, count + 1) as PolicyVersion;
    }
  }

  /** Rules in their normal form. @throws {InvalidRequest} saying which rule does not hold @throws {NotFound} */
  parsed(name: string, rules: Raw): object {
    const definition = this.registry.policies.get(name);
    if (definition === undefined) throw this.unknown(name);
    try {
      const parsed = definition.parse(rules);
      canonicalJson(parsed); // what has no canonical text could be published, and never compared again
      return parsed;
    } catch (error) {
      const field = error instanceof BadValue ? badField(rules, error.value, definition.defaults) : undefined;
      const said = error instanceof Error ? error.message : String(error);
      const message = field === undefined ? said : `${field}: ${said}`;
      throw new InvalidRequest([{ path: 'rules', message: cut(message) }]);
    }
  }

  /** All versions of a policy, oldest first. @throws {NotFound} */
  versions(name: string): readonly PolicyVersion[] {
    if (!this.registry.policies.has(name)) throw this.unknown(name);
    return this.references.versions(name);
  }

  get names(): readonly string[] {
    return [...this.registry.policies.keys()].sort();
  }

  private unknown(name: string): NotFound {
    return new NotFound('policy', name, `Known are ${this.names.join(', ')}.`);
  }
}

/** A message names what was sent, which may be as long as a body. */
const cut = (message: string): string =>
  message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)} …` : message;
