import { canonicalJson } from '#kernel/canonical.js';
import { InvalidRequest } from '#kernel/errors.js';
import type { Recorded } from '#kernel/fact.js';
import type { Outlook } from '#kernel/outlook.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Json } from '#kernel/ports/read-models.js';
import { ClockAdvanced, ClockFixed } from '#kernel/system.events.js';
import type { Instant } from '#kernel/time.js';
import { AsOf, type AsOfDeps, type Then } from './as-of.js';
import { FoldContext } from './context.js';
import { CustomerAgain, type Again } from './customer-again.js';
import { CustomerDocuments } from './customer-documents.js';
import { customersInTurn } from './customers-in-turn.js';
import { MeasuredAgain } from './measured-again.js';
import type { Moment } from './past.js';
import type { References } from './references.js';
import { SPREAD, Supposed, type Supposition } from './supposed.js';
import { AmountsTally, EpisodesTally, ShortfallTally, StandingTally, type Documents } from './tallies.js';
import { Turns } from './turns.js';
import type { Verdict } from './verdict.js';

export interface WhatIfDeps extends AsOfDeps {
  readonly ids: Ids;
}

export interface Question {
  readonly suppositions: readonly Supposition[];
  /** How much of history is decided again; all there is now by default. */
  readonly moment?: Moment | undefined;
}

export interface Asking {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((share: number, facts: number) => void) | undefined;
}

/** Facts whose customers are measured together. */
const MEASURED_FACTS = 5_000;
/** In force last, where no time has passed at all. */
const LATEST: Instant = '9999-12-31T23:59:59.999Z';

/** Says what other policies would have done with the same history. One customer is taken after the other; nothing is written. */
export class WhatIf {
  constructor(private readonly deps: WhatIfDeps) {}

  /** @throws {InvalidRequest} for a moment that has not come @throws the signal's reason where it aborts */
  async ask({ suppositions, moment }: Question, { signal, progress }: Asking = {}): Promise<Verdict> {
    const { store, registry, reader, ids } = this.deps;
    const then = await new AsOf(this.deps).at(moment ?? { at: await store.head(), by: 'recorded' });
    if (!Number.isSafeInteger(then.past.upTo * SPREAD)) throw tooLong(then.past.upTo);
    const differing = suppositions.filter((one) => !isSaid(one, then.references));
    const turns = new Turns(signal);
    const measured = new MeasuredAgain(registry, differing);
    const passes = measured.isNeeded ? 2 : 1;
    const told = (pass: number, facts: number): void => {
      const share = (pass + Math.min(1, facts / Math.max(1, store.factsBetween(0, then.past.upTo)))) / passes;
      progress?.(share, facts);
    };
    let supposed = new Supposed(registry, then.shared, differing);
    if (measured.isNeeded) {
      let facts = 0;
      let together: Recorded[] = [];
      for await (const { own } of customersInTurn(then.past)) {
        together.push(...own);
        facts += own.length;
        if (together.length < MEASURED_FACTS) continue;
        await measured.add(together, supposed, reader, turns);
        told(0, facts);
        together = [];
      }
      await measured.add(together, supposed, reader, turns);
      supposed = new Supposed(registry, measured.published(then.shared, supposed), differing);
    }
    const tally = new Tally(
      registry.slices.flatMap(({ outlook = [] }) => outlook),
      then,
      supposed,
    );
    const projections = tally.models.flatMap((model) => registry.projections.get(model) ?? []);
    const before = new CustomerDocuments(projections, then.shared, then.references, registry, reader);
    const after = new CustomerDocuments(projections, supposed.shared, supposed.references, registry, reader);
    let facts = 0;
    for await (const { customerId, own } of customersInTurn(then.past)) {
      try {
        const again = await new CustomerAgain(customerId, own, { registry, reader, ids, supposed }).run(turns);
        const documents = { before: await before.of(own, turns), after: await after.of(again.facts, turns) };
        tally.add(customerId, own, again, documents);
      } catch (error) {
        if (signal?.aborted === true || !isOfHistory(error)) throw error;
        tally.undecided(customerId, error.message);
      }
      told(passes - 1, (facts += own.length));
    }
    return {
      policies: suppositions.map(({ name, effectiveFrom }, index) => ({
        ...{ name, effectiveFrom },
        differs: differing.includes(suppositions[index] as Supposition),
      })),
      asOf: { position: then.past.upTo, time: then.past.until ?? timeOf(then.shared) ?? null },
      measurements: measured.isNeeded ? 'measured again' : 'as published',
      ...tally.told,
    };
  }
}

const tooLong = (position: number): InvalidRequest =>
  new InvalidRequest([
    { path: 'asOf', message: `must lie before ${position}: so long a history is not decided again` },
  ]);

/** Documents by read model. */
type ByModel = ReadonlyMap<string, readonly Json[]>;

/** What a history that cannot be read or decided leads to; a store that does not answer is another matter. */
const isOfHistory = (error: unknown): error is Error => error instanceof Error && !(error instanceof StoreUnavailable);

/** Business time when all of these are known. */
function timeOf(shared: readonly Recorded[]): Instant | undefined {
  const last = shared.findLast(({ type }) => type === ClockAdvanced.type || type === ClockFixed.type);
  return last === undefined ? undefined : String(last.data['to']);
}

/** True of a policy that every version says already: to suppose it supposes nothing. */
function isSaid({ name, rules }: Supposition, references: References): boolean {
  const versions = references.versions(name);
  const said = canonicalJson(rules);
  return (
    versions.length > 0 &&
    versions.every(({ rules: { version: _, effectiveFrom: __, ...published } }) => canonicalJson(published) === said)
  );
}

/** All that is counted. */
class Tally {
  readonly models: readonly string[];
  private readonly standings: readonly StandingTally[];
  private readonly amounts: readonly AmountsTally[];
  private readonly episodes: readonly EpisodesTally[];
  private readonly shortfall = new ShortfallTally();
  private readonly withoutObject: Record<string, number> = {};
  private readonly derived = { before: 0, after: 0 };
  private readonly reasons: { customerId: string; reason: string }[] = [];
  private kept = 0;
  private all = 0;
  private changed = 0;
  private lost = 0;

  constructor(outlooks: readonly Outlook[], then: Then, supposed: Supposed) {
    const at = then.past.until ?? timeOf(then.shared) ?? LATEST;
    const contexts = {
      before: new FoldContext(then.references).turnTo(at, Infinity),
      after: new FoldContext(supposed.references).turnTo(at, Infinity),
    };
    this.standings = outlooks.flatMap(({ standings = [] }) => standings.map((one) => new StandingTally(one)));
    this.amounts = outlooks.flatMap(({ amounts }) => (amounts ? [new AmountsTally(amounts, contexts)] : []));
    this.episodes = outlooks.flatMap(({ episodes }) => (episodes ? [new EpisodesTally(episodes)] : []));
    const all = [...this.standings, ...this.amounts, ...this.episodes];
    this.models = [...new Set(all.map(({ outlook }) => outlook.model))];
  }

  add(
    customerId: string,
    stored: readonly Recorded[],
    again: Again,
    { before, after }: Record<'before' | 'after', ByModel>,
  ): void {
    const of = (model: string): Documents => ({
      before: before.get(model) ?? [],
      after: after.get(model) ?? [],
    });
    let differs = false;
    for (const tally of [...this.standings, ...this.amounts, ...this.episodes])
      differs = tally.add(customerId, of(tally.outlook.model)) || differs;
    this.shortfall.add(customerId, again.short);
    for (const type of again.dropped) this.withoutObject[type] = (this.withoutObject[type] ?? 0) + 1;
    const derived = derivedIn(stored);
    this.kept += stored.length - derived;
    this.derived.before += derived;
    this.derived.after += derivedIn(again.facts);
    this.all += 1;
    if (differs) this.changed += 1;
  }

  undecided(customerId: string, reason: string): void {
    this.all += 1;
    this.lost += 1;
    if (this.reasons.length < MOST_REASONS) this.reasons.push({ customerId, reason });
  }

  get told(): Pick<Verdict, 'facts' | 'customers' | 'standings' | 'amounts' | 'episodes' | 'shortfall'> {
    const { kept, derived, withoutObject, all, changed, lost, reasons } = this;
    return {
      facts: { kept, derived, withoutObject },
      customers: { all, changed, undecided: lost, reasons },
      standings: this.standings.map(({ told }) => told),
      amounts: this.amounts.map(({ told }) => told),
      episodes: this.episodes.map(({ told }) => told),
      shortfall: this.shortfall.told,
    };
  }
}

const MOST_REASONS = 5;
const derivedIn = (facts: readonly Recorded[]): number =>
  facts.reduce((sum, { metadata }) => (metadata.derived === true ? sum + 1 : sum), 0);
