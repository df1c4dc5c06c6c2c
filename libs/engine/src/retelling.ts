import type { Fact, Recorded } from '#kernel/fact.js';
import type { Proposal } from '#kernel/event.js';
import type { AnyStatement } from '#kernel/statement.js';
import { merged } from './building.js';
import { withoutIdleTicks, type AsOfDeps, type Then } from './as-of.js';
import { FoldContext } from './context.js';
import { Incoming } from './incoming.js';
import { Nowhere } from './nowhere.js';
import { Parking } from './parking.js';
import { ProjectionRun } from './projection-run.js';
import type { Part } from './registry.js';

/** A fact of the customer, stored and read. */
export interface Own {
  readonly recorded: Recorded;
  readonly fact: Fact;
}

/** What was told so far; more can be told from here in several ways. */
export interface Told {
  readonly run: ProjectionRun;
  /** State of the slice that decided, before the decision. */
  readonly state: unknown;
  readonly upTo: number;
}

const MOST_SETTLED = 100;

/**
 * Folds the projection of a statement from some of a customer's facts and all that concern everybody. Where the statement
 * goes back to a decision, that is made again from the same facts, by the slice that made it.
 */
export class Retelling {
  private readonly part: Part | undefined;
  private readonly context: FoldContext;
  private readonly read = new Map<Recorded, Incoming>();

  constructor(
    private readonly deps: AsOfDeps,
    private readonly then: Then,
    private readonly statement: AnyStatement,
    private readonly decision: Own | undefined,
  ) {
    const type = decision?.fact.type;
    this.context = new FoldContext(then.references);
    this.part = deps.registry.parts.find(({ slice }) => slice.events.some((event) => event.type === type));
  }

  /** Nothing told yet. */
  get nothing(): Told {
    const { projection } = this.statement;
    const nowhere = new Nowhere(projection.name, projection.version);
    const run = ProjectionRun.ofPortion(projection, nowhere, this.then.references, Parking.ofBuild());
    return { run, state: this.part?.decider.initial, upTo: 0 };
  }

  /** With facts more, and everything that concerns everybody up to a position. */
  async on(told: Told, facts: readonly Own[], upTo = Infinity): Promise<Told> {
    const run = told.run.fork();
    const { state, decided } = this.decided(told, facts, upTo);
    const own = [...facts, ...decided].map(({ recorded }) => recorded).sort((a, b) => a.position - b.position);
    const shared = this.then.shared.filter(({ position }) => position > told.upTo && position <= upTo);
    const incoming = withoutIdleTicks(merged(own, shared)).map((recorded) => this.incoming(recorded));
    await run.fold(incoming, upTo);
    return { run, state, upTo };
  }

  /** The state before the decision, and the fact as it is decided again where its time has come. */
  private decided(told: Told, facts: readonly Own[], upTo: number): { state: unknown; decided: readonly Own[] } {
    const { decision, part } = this;
    if (decision === undefined || part === undefined || decision.recorded.position <= told.upTo)
      return { state: told.state, decided: [] };
    const before = facts.filter(({ recorded }) => recorded.position < decision.recorded.position);
    const { state, data } = this.decide(part, decision, told.state, before);
    if (decision.recorded.position > upTo || data === undefined) return { state, decided: [] };
    const { version } = this.deps.registry.events.get(decision.fact.type) ?? decision.recorded;
    const recorded = { ...decision.recorded, version, data: data as Recorded['data'] };
    return { state, decided: [{ recorded, fact: { ...decision.fact, data } }] };
  }

  /** Facts of its own command may have brought it, or time. */
  private decide(part: Part, { fact, recorded }: Own, from: unknown, before: readonly Own[]) {
    const { decider } = part;
    const again = (proposal: Proposal): unknown => this.statement.decision?.again(fact, proposal);
    const then = () => this.context.turnTo(fact.occurredAt, recorded.position, fact.metadata.policies);
    let [state, data]: [unknown, unknown] = [from, undefined];
    for (const { fact: cause, recorded: at } of before) {
      state = this.evolved(part, state, cause, at.position);
      if (cause.metadata.commandId !== fact.metadata.commandId) continue;
      if (!this.deps.registry.reactors(cause.type).includes(part)) continue;
      data = firstOf(decider.react?.(state, cause, then()) ?? [], again) ?? data;
    }
    let settled = state;
    for (let asked = 0; data === undefined && asked < MOST_SETTLED; asked += 1) {
      const owed = decider.settle?.(settled, fact.occurredAt, then()) ?? [];
      if (owed.length === 0) break;
      data = firstOf(owed, again);
      for (const { type, data: made, occurredAt = fact.occurredAt } of owed)
        settled = this.evolved(part, settled, { ...fact, type, data: made, occurredAt }, recorded.position);
    }
    return { state, data };
  }

  private evolved(part: Part, state: unknown, fact: Fact, position: number): unknown {
    if (!this.deps.registry.evolvers(fact.type).includes(part)) return state;
    return part.decider.evolve(state, fact, this.context.turnTo(fact.occurredAt, position, fact.metadata.policies));
  }

  /** A stored fact is read once, however often it is told. */
  private incoming(recorded: Recorded): Incoming {
    const { registry, reader } = this.deps;
    let incoming = this.read.get(recorded);
    if (incoming === undefined) this.read.set(recorded, (incoming = new Incoming(recorded, registry, reader)));
    return incoming;
  }
}

/** What the first proposal gives that gives anything. */
function firstOf(proposals: readonly Proposal[], of: (proposal: Proposal) => unknown): unknown {
  for (const proposal of proposals) {
    const found = of(proposal);
    if (found !== undefined) return found;
  }
  return undefined;
}
