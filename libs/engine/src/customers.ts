import { DomainError } from '#kernel/errors.js';
import { customerStream, type Proposed } from '#kernel/fact.js';
import { EventStore, StoreRefused, StoreUnavailable, WrongExpectedRevision } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Instant } from '#kernel/time.js';
import { Contention } from './contention.js';
import { FoldContext } from './context.js';
import { CustomerCache, type CustomerMemory } from './customer-cache.js';
import type { Customer } from './customer.js';
import { Decision, type Decided } from './decision.js';
import { CommandIdReused, maySucceedSoon, RevisionMismatch } from './errors.js';
import type { FollowUps } from './follow-ups.js';
import type { Identities } from './identities.js';
import type { CustomerLoader } from './loader.js';
import { Queues } from './queue.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';
import { metadataOf, receiptOf, type CommandRequest, type Receipt } from './requests.js';
import type { Sealer } from './sealing.js';
import { isWorthKeeping, type Snapshots } from './snapshots.js';

/** Called after every append with when time will next owe the customer a fact. */
export type DueListener = (customerId: string, dueAt: Instant | null, position: number) => void;

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
  /** See `EngineOptions`. */
  readonly memory?: CustomerMemory | undefined;
}

/** The write path: load, settle, decide, react, seal, append; each command once. */
export class Customers {
  private readonly cache: CustomerCache;
  private readonly queues = new Queues();
  private readonly contention = new Contention();
  private readonly context: FoldContext;
  private readonly dueListeners: DueListener[] = [];
  private readonly keptBackListeners: (() => void)[] = [];

  constructor(private readonly deps: CustomersDeps) {
    this.context = new FoldContext(deps.references);
    this.cache = new CustomerCache(deps.registry, (customer) => deps.snapshots.keep(customer), deps.memory);
  }

  onDue(listener: DueListener): void {
    this.dueListeners.push(listener);
  }

  /** Told where a second half could not be sent just now, or may be wanted without anybody knowing. */
  onKeptBack(listener: () => void): void {
    this.keptBackListeners.push(listener);
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

  /** Lets everybody leave memory, as when commands have ended and other work wants the room. */
  async leave(): Promise<void> {
    await this.queues.idle();
    await this.deps.snapshots.keepAll(this.cache.packed(isWorthKeeping));
    await this.queues.idle(); // who came meanwhile decides on what is in memory
    this.cache.clear();
  }

  async close(): Promise<void> {
    await this.leave();
    await this.deps.snapshots.close();
  }

  private async attempt(request: CommandRequest): Promise<Receipt> {
    const { customerId } = request.command;
    const turn = this.contention.turn(customerId);
    if (turn !== undefined) await turn;
    const since = performance.now();
    this.deps.references.throwIfUnreadable();
    for (let tries = 0; ; tries += 1) {
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
            if (error.actual < error.expected) throw lacking(error.stream);
            await this.contention.lost(customerId, tries, since);
            await this.deps.loader.catchUp(customer);
            this.cache.set(customer);
            break;
          }
          if (!(error instanceof DomainError) || fresh || error instanceof StoreUnavailable) throw error;
          if (!(await this.deps.loader.catchUp(customer))) throw error;
          fresh = true;
        }
      }
    }
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
      if (error instanceof WrongExpectedRevision) throw error;
      this.cache.delete(customer.id);
      if (tagged.some(({ fact }) => fact.metadata.followUp)) this.keepBack();
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

  private keepBack(): void {
    for (const listener of this.keptBackListeners) listener();
  }

  /** The first half is appended and stays; what cannot be sent now is sent again, at the latest by the clock process. */
  private async followUp(receipt: Receipt, { correlationId }: CommandRequest): Promise<void> {
    for (const fact of receipt.facts) {
      const { customerId } = receipt;
      const followUp = this.deps.followUps.of({ ...fact, customerId, metadata: { commandId: receipt.commandId } });
      if (followUp === undefined) continue;
      const trace = { causationId: fact.id, ...(correlationId !== undefined && { correlationId }) };
      try {
        await this.handle({ ...followUp, ...trace, actor: { kind: 'system', id: 'patron' } });
      } catch (error) {
        if (maySucceedSoon(error)) this.keepBack();
      }
    }
  }

  private async repeated(customer: Customer, request: CommandRequest): Promise<Receipt> {
    const { commandId, bodyDigest } = request;
    const from = customer.commands.get(commandId) ?? 0;
    const recorded = await this.deps.store.readStream(customer.stream, { from, limit: 1_000 });
    const end = recorded.findIndex(({ metadata }) => metadata.commandId !== commandId);
    const mine = end < 0 ? recorded : recorded.slice(0, end);
    if (mine.length === 0) throw lacking(customer.stream); // or its sender would believe it done
    if (mine.some(({ metadata }) => metadata.bodyDigest !== bodyDigest)) throw new CommandIdReused(commandId);
    const facts = await this.deps.loader.opened(mine);
    const last = mine.at(-1);
    return {
      ...receiptOf(customer, request, facts, { repeated: true, dryRun: false }),
      revision: last?.revision ?? -1,
      position: last?.position ?? 0,
    };
  }
}

const lacking = (stream: string): StoreRefused =>
  new StoreRefused(
    `Stream ${stream} lacks facts that were there: the log was put back to an earlier state, or the stream was cut off. ` +
      'Nothing was appended. Put back the newer log, and begin this process anew.',
  );
