import type { Fact, Position, Recorded } from '#kernel/fact.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Instant } from '#kernel/time.js';
import { FoldContext } from './context.js';
import { Customer } from './customer.js';
import { Places, Redecision } from './redecision.js';
import { openNone, type FactReader } from './reader.js';
import type { References } from './references.js';
import type { Part, Registry } from './registry.js';
import type { Turns } from './turns.js';
import { firstFrom, SPREAD, type Supposed, type Tick } from './supposed.js';

/** A command took what was not there under the supposed policies. */
export interface Shortfall {
  readonly type: string;
  /** The fact that says what was taken in history. */
  readonly factId: string;
  readonly at: Instant;
  readonly asked: number;
  readonly given: number;
}

/** A customer's history, decided again. */
export interface Again {
  /** As a store would hold them; at positions that are spread. */
  readonly facts: readonly Recorded[];
  readonly short: readonly Shortfall[];
  /** Types of facts of commands whose object is not there: an alert that was never raised, a lot that was never earned. */
  readonly dropped: readonly string[];
}

export interface AgainDeps {
  readonly registry: Registry;
  readonly reader: FactReader;
  readonly ids: Ids;
  readonly supposed: Supposed;
}

/** One append, as it stands in the customer's stream. */
interface Append {
  readonly commandId: string;
  readonly facts: Recorded[];
}

const SETTLE = 'settle/';
const CHUNK = /\/settle-\d+$/;

/**
 * Lives one customer's history through again. What commands said stays, with its id and place; what was derived is dropped
 * and decided again by the same code, at the same places: with the command, or when the clock process settled. Where other
 * policies let something be owed at other times, it is settled at the first tick of the clock that finds it.
 */
export class CustomerAgain {
  private readonly customer: Customer;
  private readonly context: FoldContext;
  private readonly facts: Recorded[] = [];
  private readonly short: Shortfall[] = [];
  private readonly dropped: string[] = [];
  private readonly settledAt = new Set<Instant>();
  /** Index of the next tick. */
  private tick = 0;
  /** Due as it was in history: then nothing is settled but what was. */
  private inStep = true;

  constructor(
    customerId: string,
    private readonly own: readonly Recorded[],
    private readonly deps: AgainDeps,
  ) {
    this.customer = new Customer(customerId, deps.registry);
    this.context = new FoldContext(deps.supposed.references);
  }

  /** @throws {UnreadableBody} @throws {DomainError} where it cannot be decided */
  async run(turns?: Turns): Promise<Again> {
    const appends = appendsOf(this.own);
    for (const { commandId } of appends)
      if (commandId.startsWith(SETTLE)) this.settledAt.add(commandId.slice(SETTLE.length));
    for (const append of appends) {
      const position = append.facts[0]?.position ?? 0;
      this.passTime(position);
      await this.decide(append, position);
      await turns?.next();
    }
    this.passTime(Infinity);
    return { facts: this.facts, short: this.short, dropped: this.dropped };
  }

  private async decide({ commandId, facts }: Append, position: Position): Promise<void> {
    const { registry, reader } = this.deps;
    this.context.references = this.known(facts, position);
    const places = new Places(facts);
    const [stored] = facts as [Recorded];
    const own = facts.filter(({ metadata }) => metadata.derived !== true);
    const at = this.instantOf(commandId, own, facts);
    const decision = this.settled(at, stored, places, position * SPREAD);
    const shortBefore = this.short.length;
    for (const [part, recorded] of byPart(own, registry)) {
      const read: Fact[] = [];
      for (const one of recorded) read.push(await reader.read(one, openNone));
      const short = decision.again(part, read);
      const [first] = recorded as readonly [Recorded];
      if (short !== undefined) this.short.push({ type: first.type, factId: first.id, at: first.occurredAt, ...short });
    }
    const dueBefore = this.customer.dueAt;
    this.append(decision, at, position * SPREAD);
    if (this.short.length === shortBefore)
      for (const { metadata, type } of places.left) if (metadata.derived !== true) this.dropped.push(type);
    const stated = facts.findLast(({ metadata }) => metadata.dueAt !== undefined)?.metadata.dueAt;
    if (stated !== undefined) this.inStep = stated === this.customer.dueAt;
    else if (this.customer.dueAt !== dueBefore) this.inStep = false;
  }

  /** Settles up to an instant, in as many appends as that takes; the last one is given, to go on with. */
  private settled(at: Instant, stored: Recorded, places: Places, after: Position): Redecision {
    const { registry, ids } = this.deps;
    for (;;) {
      const decision = new Redecision(this.customer, stored, places, registry, this.context, ids);
      decision.settle(at);
      if (!decision.unfinished) return decision;
      this.append(decision, at, after);
    }
  }

  /** @param after  Earliest position, spread. */
  private append(decision: Redecision, at: Instant, after: Position): void {
    const decided = decision.facts(at);
    this.customer.states = decision.states;
    for (const [ordinal, one] of decided.entries()) {
      const last = this.facts.at(-1)?.position ?? 0;
      const recorded = decision.recorded(one, ordinal, Math.max(after, last + 1));
      this.facts.push(recorded);
      this.customer.take(one.fact, recorded.position);
    }
  }

  /** The ticks of the clock before a position: what they found to be owed, and what came into force. */
  private passTime(until: Position): void {
    const { ticks } = this.deps.supposed;
    const end = firstFrom(ticks, ({ position }) => position >= until, this.tick);
    for (;;) {
      const next = this.nextTick(end);
      if (next >= end) break;
      this.tick = next + 1;
      this.passTick(ticks[next] as Tick);
    }
    this.tick = end;
  }

  /** The next tick that may find something. */
  private nextTick(end: number): number {
    const { ticks, changing } = this.deps.supposed;
    const { dueAt } = this.customer;
    if (dueAt === null) return end;
    const changes = changing[firstFrom(changing, (index) => index >= this.tick)] ?? end;
    if (this.inStep) return changes;
    return Math.min(
      changes,
      firstFrom(ticks, ({ to }) => to >= dueAt, this.tick),
    );
  }

  private passTick({ position, to, changes, supposes }: Tick): void {
    const { supposed } = this.deps;
    const { customer, context } = this;
    const { dueAt } = customer;
    if (dueAt === null || this.settledAt.has(to)) return; // then it is settled where that stands in history
    context.references = supposed.before(position + 1);
    const isOwed = !this.inStep && dueAt <= to;
    const known = this.facts.length;
    if (isOwed) this.settleAt(to, position);
    const isStale = isOwed && this.facts.length === known;
    if (customer.dueAt === null || !(changes || isStale)) return;
    const moved = customer.dues.earliest(customer.states, to, context);
    if (supposes && moved !== customer.dueAt) this.inStep = false;
    customer.dueAt = moved;
  }

  private settleAt(to: Instant, position: Position): void {
    const [first] = this.own as readonly [Recorded];
    const metadata = { commandId: SETTLE + to, actor: { kind: 'clock', id: 'patron' } as const };
    const after = position * SPREAD + 1;
    this.append(this.settled(to, { ...first, metadata }, new Places([]), after), to, after);
  }

  /** Up to when a command settled: what it said, what the clock process asked for, or the last that was owed. */
  private instantOf(commandId: string, own: readonly Recorded[], all: readonly Recorded[]): Instant {
    if (own[0] !== undefined) return own[0].occurredAt;
    if (!commandId.startsWith(SETTLE))
      return all.reduce((latest, { occurredAt }) => (occurredAt > latest ? occurredAt : latest), '');
    const asked = commandId.slice(SETTLE.length);
    const until = this.deps.supposed.ticks.at(-1)?.to ?? asked; // a history that is cut off does not go on behind its end
    return asked < until ? asked : until;
  }

  /** What was known when it was decided: not yet what was published just before, where its stamps say so. */
  private known(facts: readonly Recorded[], position: Position): References {
    const { supposed, registry } = this.deps;
    let known = supposed.before(position);
    for (const { metadata, occurredAt } of facts) {
      for (const [name, version] of Object.entries(metadata.policies ?? {})) {
        const definition = registry.policies.get(name);
        const used = definition && known.inForceOrNone(definition, occurredAt);
        if (used !== undefined && used.position > 0 && used.version > version)
          known = supposed.before(used.position / SPREAD);
      }
    }
    return known;
  }
}

/** Facts of one command stand together; what was settled before it in appends of their own belongs to it. */
function appendsOf(own: readonly Recorded[]): readonly Append[] {
  const appends: Append[] = [];
  for (const recorded of own) {
    const { metadata } = recorded;
    const isChunk = metadata.derived === true && CHUNK.test(metadata.commandId);
    const commandId = isChunk ? metadata.commandId.replace(CHUNK, '') : metadata.commandId;
    const last = appends.at(-1);
    if (last?.commandId === commandId) last.facts.push(recorded);
    else appends.push({ commandId, facts: [recorded] });
  }
  return appends;
}

function byPart(own: readonly Recorded[], registry: Registry): ReadonlyMap<Part | undefined, readonly Recorded[]> {
  const found = new Map<Part | undefined, Recorded[]>();
  for (const recorded of own) {
    const part = registry.owner(recorded.type);
    const known = found.get(part);
    if (known === undefined) found.set(part, [recorded]);
    else known.push(recorded);
  }
  return found;
}
