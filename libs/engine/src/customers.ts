import { setTimeout as delay } from 'node:timers/promises';
import type { CommandBase } from '#kernel/decider.js';
import { DomainError } from '#kernel/errors.js';
import { customerStream, type Actor, type Metadata, type Proposed } from '#kernel/fact.js';
import { EventStore, StoreUnavailable, WrongExpectedRevision } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Instant } from '#kernel/time.js';
import { FoldContext } from './context.js';
import { CustomerCache } from './customer-cache.js';
import type { Customer } from './customer.js';
import { Decision, type Decided } from './decision.js';
import { CommandIdReused, RevisionMismatch, TooMuchContention } from './errors.js';
import type { FollowUps } from './follow-ups.js';
import type { Identities } from './identities.js';
import type { CustomerLoader } from './loader.js';
import { Queues } from './queue.js';
import type { References } from './references.js';
import type { Part, Registry } from './registry.js';
import type { Sealer } from './sealing.js';
import { settled } from './settled.js';
import type { Snapshots } from './snapshots.js';

/** A validated command with what its transport knows of it. */
export interface CommandRequest {
  readonly commandId: string;
  readonly command: CommandBase;
  readonly part: Part | null;
  /** Keyed digest of the body as received. */
  readonly bodyDigest?: string;
  /** The revision the caller decided on. */
  readonly ifMatch?: number;
  /** Answer with the facts, append nothing. */
  readonly dryRun?: boolean;
  readonly actor?: Actor;
  readonly source?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
}

/** What a fact is to the one who sent the command. */
export interface ReceiptFact {
  readonly id: string;
  readonly type: string;
  readonly revision: number;
  readonly occurredAt: Instant;
  readonly data: unknown;
}

export interface Receipt {
  readonly commandId: string;
  readonly customerId: string;
  /** Of the customer's newest fact; -1 for none. What `If-Match` takes. */
  readonly revision: number;
  /** What `after=` takes to read what this command did. */
  readonly position: number;
  /** Empty when the command changed nothing. */
  readonly facts: readonly ReceiptFact[];
  /** True when an earlier request of this id did it. */
  readonly repeated: boolean;
  readonly dryRun: boolean;
}

/** Called after every append with when time will next owe the customer a fact. */
export type DueListener = (customerId: string, dueAt: Instant | null, position: number) => void;

const ATTEMPTS = 12;
const PROGRAM = 'patron/1';

export interface CustomersDeps {
  readonly store: EventStore;
  readonly registry: Registry;
  readonly references: References;
  readonly loader: CustomerLoader;
  readonly snapshots: Snapshots;
  readonly sealer: Sealer;
  readonly identities: Identities;
  readonly followUps: FollowUps;
  readonly ids: Ids;
}

/** The write path: load, settle, decide, react, seal, append; each command once. */
export class Customers {
  private readonly cache: CustomerCache;
  private readonly queues = new Queues();
  private readonly context: FoldContext;
  private readonly dueListeners: DueListener[] = [];

  constructor(private readonly deps: CustomersDeps) {
    this.context = new FoldContext(deps.references);
    this.cache = new CustomerCache(deps.registry, (customer) => deps.snapshots.keep(customer));
  }

  onDue(listener: DueListener): void {
    this.dueListeners.push(listener);
  }

  /** @throws {DomainError} the refusal; nothing was written */
  async handle(request: CommandRequest): Promise<Receipt> {
    const receipt = await this.queues.run(request.command.customerId, () => this.attempt(request));
    const { followUps } = this.deps;
    const brings = !receipt.dryRun && receipt.facts.some(({ type }) => followUps.follow(type));
    if (brings) await this.followUp(receipt, request);
    return receipt;
  }

  /** Sends the second half of a fact that stands in a customer's stream, unless that was done. */
  async follow(customerId: string, revision: number): Promise<void> {
    const { store, loader } = this.deps;
    const [fact] = await loader.opened(
      await store.readStream(customerStream(customerId), { from: revision, limit: 1 }),
    );
    const followUp = fact && this.deps.followUps.of(fact);
    if (followUp !== undefined) await this.handle({ ...followUp, actor: { kind: 'system', id: 'patron' } });
  }

  /** The customer folded from its stream anew. */
  load(customerId: string): Promise<Customer> {
    return this.deps.loader.load(customerId);
  }

  /** The customer as of its newest fact, read in turn with its commands. */
  current<T>(customerId: string, read: (customer: Customer) => T | Promise<T>): Promise<T> {
    return this.queues.run(customerId, async () => {
      const customer = await this.known(customerId);
      await this.deps.loader.catchUp(customer);
      return read(customer);
    });
  }

  /** The customer from the cache, which may lag behind other writers, or from its stream. */
  async known(customerId: string): Promise<Customer> {
    const cached = this.cache.get(customerId);
    if (cached !== undefined) return cached;
    const customer = await this.deps.loader.load(customerId);
    if (customer.count > 0) this.cache.set(customer);
    return customer;
  }

  async close(): Promise<void> {
    await this.queues.idle();
    await this.deps.snapshots.keepAll(this.cache.packed());
    await this.deps.snapshots.close();
  }

  private async attempt(request: CommandRequest): Promise<Receipt> {
    const { customerId } = request.command;
    for (let tries = 0; tries < ATTEMPTS; tries += 1) {
      const known = this.cache.get(customerId);
      const customer = known ?? (await this.known(customerId));
      let fresh = known === undefined;
      for (;;) {
        try {
          const receipt = await this.decideOn(customer, request, fresh);
          if (receipt === 'unfinished') break;
          return receipt;
        } catch (error) {
          if (error instanceof WrongExpectedRevision) {
            await this.lostRace(customer, tries);
            break;
          }
          if (!(error instanceof DomainError) || fresh || error instanceof StoreUnavailable) throw error;
          if (!(await this.deps.loader.catchUp(customer))) throw error;
          fresh = true;
        }
      }
    }
    throw new TooMuchContention(
      `Customer ${customerId} was changed by others ${ATTEMPTS} times in a row; send it again.`,
    );
  }

  /** 'unfinished' when an append was made and there is more to do. */
  private async decideOn(customer: Customer, request: CommandRequest, fresh: boolean): Promise<Receipt | 'unfinished'> {
    const { command, commandId, part, ifMatch, dryRun = false } = request;
    if (customer.commands.has(commandId)) return this.repeated(customer, request);
    const decision = new Decision(customer, metadataOf(request), this.deps.registry, this.context, this.deps.ids);
    decision.settle(command.at);
    if (decision.unfinished && !dryRun) {
      const settling = { ...request, commandId: `${commandId}/settle-${customer.count}` };
      const chunk = new Decision(customer, metadataOf(settling), this.deps.registry, this.context, this.deps.ids);
      chunk.settle(command.at);
      await this.append(customer, chunk, chunk.facts(command.at));
      return 'unfinished';
    }
    if (ifMatch !== undefined && ifMatch !== customer.count - 1)
      throw new RevisionMismatch(ifMatch, customer.count - 1);
    if (part !== null) decision.decide(command, part);
    const facts = decision.facts(command.at);
    if ((facts.length === 0 || dryRun) && !fresh && (await this.deps.loader.catchUp(customer)))
      return this.decideOn(customer, request, true);
    if (facts.length > 0 && !dryRun) await this.append(customer, decision, facts);
    return receiptOf(
      customer,
      request,
      facts.map(({ fact }) => fact),
      { repeated: false, dryRun },
    );
  }

  private async append(customer: Customer, decision: Decision, facts: readonly Decided[]): Promise<void> {
    const { store, identities, snapshots, followUps } = this.deps;
    const tagged = followUps.tagged(identities.tagged(facts));
    const concerned = identities.concern(tagged);
    if (concerned) await identities.claim(customer.id, tagged);
    const sealing = tagged.map((decided) => this.proposed(customer, decided));
    const proposed = sealing.some((one) => one instanceof Promise)
      ? await Promise.all(sealing)
      : (sealing as Proposed[]); // most facts hold nothing personal: nothing is waited for
    try {
      const { position } = await store.append(customer.stream, customer.count, proposed);
      customer.states = decision.states;
      for (const { fact } of tagged) customer.take(fact, position);
      this.cache.set(customer);
      if (tagged.some(({ fact }) => fact.metadata.dueAt !== undefined)) {
        for (const listener of this.dueListeners) listener(customer.id, customer.dueAt, position);
      }
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) this.cache.delete(customer.id);
      throw error;
    }
    snapshots.offer(customer);
    if (concerned) await identities.release(customer.id, tagged);
  }

  /** As the store takes it: at once where there is nothing to seal. */
  private proposed(customer: Customer, { fact, version }: Decided): Proposed | Promise<Proposed> {
    const { id, type, occurredAt, metadata } = fact;
    const { sealer, registry } = this.deps;
    const personal = registry.events.get(type)?.personal ?? [];
    const plain = fact.data as Record<string, unknown>;
    if (!personal.some((field) => plain[field] != null))
      return { id, type, version, occurredAt, data: plain, metadata };
    const place = { customerId: customer.id, stream: customer.stream, eventId: id };
    return sealer.seal(place, personal, plain).then((data) => ({ id, type, version, occurredAt, data, metadata }));
  }

  /** The first half is appended and stays; what cannot be sent now is sent again by the clock process. */
  private async followUp(receipt: Receipt, { correlationId }: CommandRequest): Promise<void> {
    for (const fact of receipt.facts) {
      const { customerId } = receipt;
      const followUp = this.deps.followUps.of({ ...fact, customerId, metadata: { commandId: receipt.commandId } });
      if (followUp === undefined) continue;
      const trace = { causationId: fact.id, ...(correlationId !== undefined && { correlationId }) };
      await settled(this.handle({ ...followUp, ...trace, actor: { kind: 'system', id: 'patron' } }));
    }
  }

  private async repeated(customer: Customer, request: CommandRequest): Promise<Receipt> {
    const { commandId, bodyDigest } = request;
    const from = customer.commands.get(commandId) ?? 0;
    const recorded = await this.deps.store.readStream(customer.stream, { from, limit: 1_000 });
    const end = recorded.findIndex(({ metadata }) => metadata.commandId !== commandId);
    const mine = end < 0 ? recorded : recorded.slice(0, end);
    if (mine.some(({ metadata }) => metadata.bodyDigest !== bodyDigest)) throw new CommandIdReused(commandId);
    const facts = await this.deps.loader.opened(mine);
    const last = mine.at(-1);
    return {
      ...receiptOf(customer, request, facts, { repeated: true, dryRun: false }),
      revision: last?.revision ?? -1,
      position: last?.position ?? 0,
    };
  }

  private async lostRace(customer: Customer, tries: number): Promise<void> {
    await delay(Math.random() * 2 ** Math.min(tries, 6));
    await this.deps.loader.catchUp(customer);
    this.cache.set(customer);
  }
}

function metadataOf(request: CommandRequest): Metadata {
  const { commandId, bodyDigest, correlationId, causationId, actor, source } = request;
  return {
    commandId,
    ...(bodyDigest !== undefined && { bodyDigest }),
    ...(correlationId !== undefined && { $correlationId: correlationId }),
    ...(causationId !== undefined && { $causationId: causationId }),
    ...(actor !== undefined && { actor }),
    ...(source !== undefined && { source }),
    program: PROGRAM,
  };
}

const receiptOf = (
  customer: Customer,
  { commandId }: CommandRequest,
  facts: readonly Omit<ReceiptFact, never>[],
  how: Pick<Receipt, 'repeated' | 'dryRun'>,
): Receipt => ({
  commandId,
  customerId: customer.id,
  revision: customer.count - 1,
  position: customer.position,
  facts: facts.map(({ id, type, revision, occurredAt, data }) => ({ id, type, revision, occurredAt, data })),
  ...how,
});
