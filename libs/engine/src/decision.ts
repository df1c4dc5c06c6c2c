import type { CommandBase } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import type { Fact, Metadata } from '#kernel/fact.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Instant } from '#kernel/time.js';
import type { FoldContext } from './context.js';
import { evolve, type Customer } from './customer.js';
import { TooManyFacts } from './errors.js';
import type { Part, Registry } from './registry.js';

/** Most facts one append may hold. */
export const FACTS_PER_APPEND = 1_000;

/** A fact that is decided and not yet appended. */
export interface Decided {
  readonly fact: Fact;
  readonly version: number;
}

/** Decides one append for one customer on a copy of its states: settle, decide, react. Pure, and thrown away if lost. */
export class Decision {
  readonly decided: Decided[] = [];
  readonly states: unknown[];
  /** True when more is due than one append may hold: append this and decide again. */
  unfinished = false;
  private dueAt: Instant | null;

  constructor(
    protected readonly customer: Customer,
    protected readonly metadata: Metadata,
    protected readonly registry: Registry,
    protected readonly context: FoldContext,
    protected readonly ids: Ids,
  ) {
    this.states = [...customer.states];
    this.dueAt = customer.dueAt;
  }

  /**
   * The facts that time owes up to `at`, at most half an append's worth. A slice that is asked too early and owes nothing
   * is not asked again: a mistake in one slice's `due` may not stop the customer's commands.
   */
  settle(at: Instant): void {
    const early = new Set<Part>();
    for (;;) {
      const [part, due] = this.firstDue(at, early);
      if (part === undefined) return;
      if (this.decided.length > FACTS_PER_APPEND / 2) {
        this.unfinished = true;
        return;
      }
      const owed = this.asked(due, () => part.decider.settle?.(this.states[part.index], due, this.context));
      if (owed.proposals.length === 0) early.add(part);
      for (const proposal of owed.proposals) this.add(proposal, due, owed.policies);
    }
  }

  /** @throws {DomainError} the slice's refusal */
  decide(command: CommandBase, part: Part): void {
    this.context.turnTo(command.at, Infinity);
    const proposals = part.decider.decide(command, this.states[part.index], this.context);
    for (const proposal of proposals) this.add(proposal, command.at);
  }

  /** The facts in order; the last one says when time will next owe something, where that has changed. */
  facts(at: Instant): readonly Decided[] {
    const last = this.decided.at(-1);
    if (last === undefined) return [];
    const dueAt = this.customer.dues.earliest(this.states, at, this.context);
    if (dueAt === this.dueAt) return this.decided;
    const metadata = { ...last.fact.metadata, dueAt };
    return [...this.decided.slice(0, -1), { ...last, fact: { ...last.fact, metadata } }];
  }

  protected add(proposal: Proposal, at: Instant, policies?: Readonly<Record<string, number>>): void {
    const ordinal = this.decided.length;
    if (ordinal >= FACTS_PER_APPEND) {
      throw new TooManyFacts(`This command leads to more than ${FACTS_PER_APPEND} facts; split it.`);
    }
    const { customer, metadata } = this;
    const occurredAt = proposal.occurredAt ?? at;
    const fact: Fact = {
      type: proposal.type,
      id: this.idOf(proposal.type, occurredAt, ordinal, policies !== undefined),
      customerId: customer.id,
      revision: customer.count + ordinal,
      occurredAt,
      data: proposal.data,
      metadata: policies === undefined ? metadata : { ...metadata, derived: true, policies },
    };
    this.decided.push({ fact, version: proposal.version });
    evolve(this.states, fact, Infinity, this.registry, this.context);
    for (const { index, decider } of this.registry.reactors(fact.type)) {
      const reaction = this.asked(fact.occurredAt, () => decider.react?.(this.states[index], fact, this.context));
      for (const next of reaction.proposals) this.add(next, fact.occurredAt, reaction.policies);
    }
  }

  /** The same for the same command: a repeated append is recognised by it. */
  protected idOf(_type: string, _at: Instant, ordinal: number, _isDerived: boolean): string {
    return this.ids.derived(`${this.customer.stream}\n${this.metadata.commandId}\n${ordinal}`);
  }

  private asked(at: Instant, ask: () => readonly Proposal[] | undefined) {
    this.context.turnTo(at, Infinity).used();
    const proposals = ask() ?? [];
    return { proposals, policies: this.context.used() };
  }

  /** The first instant up to `at` at which a slice owes something under the policies that were in force then. */
  private firstDue(at: Instant, early: ReadonlySet<Part>): readonly [Part | undefined, Instant] {
    const changes = this.context.references.changesUpTo(at);
    for (const [index, from] of changes.entries()) {
      const until = changes[index + 1];
      let first: Part | undefined;
      let earliest = at;
      for (const part of this.registry.timed) {
        if (early.has(part)) continue;
        const owed = this.customer.dues.of(part, this.states[part.index], index, from, this.context);
        if (owed === null) continue;
        const due = owed > from ? owed : from;
        if (until !== undefined && due >= until) continue;
        if (first === undefined ? due <= earliest : due < earliest) [first, earliest] = [part, due];
      }
      if (first !== undefined) return [first, earliest];
    }
    return [undefined, at];
  }
}
