import type { Keys } from '#kernel/ports/keys.js';
import type { Clock } from '#kernel/ports/clock.js';
import type { Ids } from '#kernel/ports/ids.js';
import { WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import type { IdentityClaim } from '#kernel/slice.js';
import { IdentityClaimed, IdentityReleased, identityStream } from '#kernel/system.events.js';
import type { Decided } from './decision.js';
import { IdentityTaken } from './errors.js';
import type { Registry } from './registry.js';

interface Holder {
  readonly count: number;
  readonly customerId: string | null;
}

/**
 * Identities that only one customer may hold. Two appends, each safe to repeat: the claim, then the customer's fact; the
 * customer's fact, then the release. A half that is missing after a crash is made good by the clock process.
 */
export class Identities {
  constructor(
    private readonly store: EventStore,
    private readonly keys: Keys,
    private readonly registry: Registry,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /** The keyed digest under which an identity is known. */
  digestOf({ kind, value }: IdentityClaim): string {
    return this.keys.digest('identity', `${kind}\n${value}`);
  }

  /** True where some of the facts may claim or give back identities. */
  concern(facts: readonly Decided[]): boolean {
    return facts.some(({ fact }) => this.registry.identifies(fact.type));
  }

  /** The facts, saying in their metadata which identities they take and give back. */
  tagged(facts: readonly Decided[]): readonly Decided[] {
    if (!this.concern(facts)) return facts;
    return facts.map((decided) => {
      const { type, data } = decided.fact;
      const claims = this.registry.claims(type, data).map((claim) => this.digestOf(claim));
      const releases = this.registry.releases(type, data).map((claim) => this.digestOf(claim));
      if (claims.length + releases.length === 0) return decided;
      const tags = { ...(claims.length > 0 && { claims }), ...(releases.length > 0 && { releases }) };
      return { ...decided, fact: { ...decided.fact, metadata: { ...decided.fact.metadata, ...tags } } };
    });
  }

  /** Takes what the facts claim. @throws {IdentityTaken} what was taken before is released by the clock process */
  async claim(customerId: string, facts: readonly Decided[]): Promise<void> {
    for (const { fact } of facts) {
      for (const claim of this.registry.claims(fact.type, fact.data)) {
        await this.take(customerId, claim, this.digestOf(claim), fact.metadata.commandId);
      }
    }
  }

  /** Gives back what the facts release. */
  async release(customerId: string, facts: readonly Decided[]): Promise<void> {
    for (const { fact } of facts) {
      for (const identity of fact.metadata.releases ?? []) await this.giveBack(customerId, identity);
    }
  }

  /** Frees an identity, if this customer holds it. */
  async giveBack(customerId: string, identity: string): Promise<void> {
    const { count, customerId: holder } = await this.holder(identity);
    if (holder !== customerId) return;
    const { type, version, data } = IdentityReleased({ identity, customerId });
    await this.append(identity, count, { type, version, data }, `release-${identity}-${count}`);
  }

  private async take(customerId: string, { kind }: IdentityClaim, identity: string, commandId: string): Promise<void> {
    for (;;) {
      const { count, customerId: holder } = await this.holder(identity);
      if (holder === customerId) return;
      if (holder !== null) throw new IdentityTaken(kind);
      const { type, version, data } = IdentityClaimed({ identity, kind, customerId });
      if (await this.append(identity, count, { type, version, data }, commandId)) return;
    }
  }

  private async holder(identity: string): Promise<Holder> {
    const [last] = await this.store.readStream(identityStream(identity), { backwards: true, limit: 1 });
    if (last === undefined) return { count: 0, customerId: null };
    const customerId = last.type === IdentityClaimed.type ? String(last.data['customerId']) : null;
    return { count: last.revision + 1, customerId };
  }

  /** False when somebody else was faster. */
  private async append(
    identity: string,
    count: number,
    event: { readonly type: string; readonly version: number; readonly data: Readonly<Record<string, unknown>> },
    commandId: string,
  ): Promise<boolean> {
    const stream = identityStream(identity);
    const id = this.ids.derived(`${stream}\n${count}\n${commandId}`);
    try {
      await this.store.append(stream, count, [{ id, ...event, occurredAt: this.clock.now(), metadata: { commandId } }]);
      return true;
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return false;
      throw error;
    }
  }
}
