import { plus, type Money } from '#kernel/money.js';
import type { AmountsOutlook, EpisodesOutlook, StandingOutlook } from '#kernel/outlook.js';
import type { Json } from '#kernel/ports/read-models.js';
import type { FoldContext } from './context.js';
import type { AmountMoves, EpisodeMoves, Moves, Pair, Reason, ShortfallMoves } from './verdict.js';
import type { Shortfall } from './customer-again.js';

/** A customer's documents in one read model, before and after. */
export type Documents = Pair<readonly Json[]>;

const MOST_EXAMPLES = 10;
/** So that examples are not all of one kind. */
const MOST_ALIKE = 2;
const MOST_REASON_FACTS = 3;

export const reasonOf = (doc: Json | undefined): Reason | null => {
  const why = doc?.['why'] as Partial<Reason> | undefined;
  return why === undefined ? null : { facts: (why.facts ?? []).slice(-MOST_REASON_FACTS), policy: why.policy ?? null };
};

/** Counts customers who would stand elsewhere. */
export class StandingTally {
  private readonly counts: Sums = {};
  private readonly moves = new Map<string, { from: string | null; to: string | null; customers: number }>();
  private readonly examples: Moves['examples'][number][] = [];

  constructor(readonly outlook: StandingOutlook) {}

  /** True where it differs. */
  add(customerId: string, { before: [old], after: [now] }: Documents): boolean {
    const of = this.outlook.of as (doc: Json) => string;
    const from = old === undefined ? null : of(old);
    const to = now === undefined ? null : of(now);
    if (from !== null) this.at(from).before += 1;
    if (to !== null) this.at(to).after += 1;
    if (from === to) return false;
    const key = JSON.stringify([from, to]);
    const move = this.moves.get(key) ?? { from, to, customers: 0 };
    this.moves.set(key, move);
    move.customers += 1;
    if (move.customers <= MOST_ALIKE && this.examples.length < MOST_EXAMPLES)
      this.examples.push({ customerId, from, to, why: { before: reasonOf(old), after: reasonOf(now) } });
    return true;
  }

  private at(standing: string): Sums[string] {
    return (this.counts[standing] ??= { before: 0, after: 0 });
  }

  get told(): Moves {
    const { model, field } = this.outlook;
    const counts = Object.fromEntries(Object.entries(this.counts).sort());
    const moves = [...this.moves.values()].sort((left, right) => right.customers - left.customers);
    return {
      model,
      field,
      counts,
      moved: moves.reduce((sum, { customers }) => sum + customers, 0),
      moves,
      examples: this.examples,
    };
  }
}

type Sums = Record<string, { before: number; after: number }>;

/** Adds amounts up. */
export class AmountsTally {
  private changed = 0;
  private readonly sums: Sums;
  private readonly amount = { before: 0, after: 0 };
  private readonly money = { before: new Map<string, Money>(), after: new Map<string, Money>() };
  private examples: AmountMoves['examples'][number][] = [];

  /** @param contexts  At the moment at which the answer looks. */
  constructor(
    readonly outlook: AmountsOutlook,
    private readonly contexts: Pair<FoldContext>,
  ) {
    this.sums = Object.fromEntries(outlook.fields.map((field) => [field, { before: 0, after: 0 }]));
  }

  add(customerId: string, { before: [old], after: [now] }: Documents): boolean {
    let differs = false;
    for (const [field, sum] of Object.entries(this.sums)) {
      const [before, after] = [Number(old?.[field] ?? 0), Number(now?.[field] ?? 0)];
      sum.before += before;
      sum.after += after;
      differs ||= before !== after;
    }
    const [before, after] = [this.owe(old, 'before'), this.owe(now, 'after')];
    if (differs) this.changed += 1;
    if (before !== after)
      this.show({ customerId, before, after, why: { before: reasonOf(old), after: reasonOf(now) } });
    return differs;
  }

  get told(): AmountMoves {
    const { model, unit } = this.outlook;
    const { amount, changed, sums, examples } = this;
    const money = { before: listed(this.money.before), after: listed(this.money.after) };
    return { model, unit, changed, sums, liability: { amount, money }, examples };
  }

  private owe(doc: Json | undefined, when: 'before' | 'after'): number {
    if (doc === undefined) return 0;
    const owed = (this.outlook.owed as (doc: Json, context: FoldContext) => ReturnType<AmountsOutlook['owed']>)(
      doc,
      this.contexts[when],
    );
    const { currency } = owed.money;
    const known = this.money[when].get(currency);
    this.amount[when] += owed.amount;
    if (owed.amount !== 0) this.money[when].set(currency, known === undefined ? owed.money : plus(known, owed.money));
    return owed.amount;
  }

  private show(example: AmountMoves['examples'][number]): void {
    const by = ({ before, after }: Pair<number>): number => Math.abs(after - before);
    const last = this.examples.at(-1);
    if (last !== undefined && this.examples.length === MOST_EXAMPLES && by(last) >= by(example)) return;
    this.examples = [...this.examples, example].sort((left, right) => by(right) - by(left)).slice(0, MOST_EXAMPLES);
  }
}

const listed = (sums: ReadonlyMap<string, Money>): readonly Money[] =>
  [...sums.keys()].sort().map((currency) => sums.get(currency) as Money);

type Episode = ReturnType<EpisodesOutlook['of']> & { readonly doc: Json };
type Counts = {
  -readonly [Name in keyof EpisodeMoves['reasons'][number]]: EpisodeMoves['reasons'][number][Name] extends Pair<number>
    ? { before: number; after: number }
    : EpisodeMoves['reasons'][number][Name];
};

/** Counts what would have begun, and what would not. */
export class EpisodesTally {
  private readonly counts = new Map<string, Counts>();
  private readonly examples: EpisodeMoves['examples'][number][] = [];
  private readonly alike = new Map<string, number>();

  constructor(readonly outlook: EpisodesOutlook) {}

  add(customerId: string, { before, after }: Documents): boolean {
    const olds = before.map((doc) => this.read(doc));
    const news = after.map((doc) => this.read(doc));
    for (const episode of olds) this.count(episode, 'before');
    for (const episode of news) this.count(episode, 'after');
    const waiting = new Map<string, Episode[]>();
    for (const episode of olds) waiting.set(nameOf(episode), [...(waiting.get(nameOf(episode)) ?? []), episode]);
    let differs = false;
    for (const episode of news) {
      const old = waiting.get(nameOf(episode))?.shift();
      if (old?.since === episode.since) continue;
      differs = true;
      const counts = this.of(episode.reason);
      if (old !== undefined) counts.moved += 1;
      else counts.appeared += 1;
      if (old === undefined) this.show(customerId, 'appeared', episode);
    }
    for (const episode of [...waiting.values()].flat()) {
      differs = true;
      this.of(episode.reason).disappeared += 1;
      this.show(customerId, 'disappeared', episode);
    }
    return differs;
  }

  get told(): EpisodeMoves {
    const reasons = [...this.counts.keys()].sort().map((reason) => this.of(reason));
    return { model: this.outlook.model, reasons, examples: this.examples };
  }

  private read(doc: Json): Episode {
    return { ...(this.outlook.of as (doc: Json) => ReturnType<EpisodesOutlook['of']>)(doc), doc };
  }

  private of(reason: string): Counts {
    const nothing = { raised: { before: 0, after: 0 }, open: { before: 0, after: 0 } };
    const counts = this.counts.get(reason) ?? { reason, ...nothing, appeared: 0, disappeared: 0, moved: 0 };
    this.counts.set(reason, counts);
    return counts;
  }

  private count({ reason, open }: Episode, when: 'before' | 'after'): void {
    const counts = this.of(reason);
    counts.raised[when] += 1;
    if (open) counts.open[when] += 1;
  }

  private show(customerId: string, kind: 'appeared' | 'disappeared', { reason, about, since, doc }: Episode): void {
    const alike = (this.alike.get(`${kind} ${reason}`) ?? 0) + 1;
    this.alike.set(`${kind} ${reason}`, alike);
    if (alike > MOST_ALIKE || this.examples.length >= 2 * MOST_EXAMPLES) return;
    this.examples.push({ customerId, reason, kind, about, since, why: reasonOf(doc) });
  }
}

const nameOf = ({ reason, about }: Episode): string => `${reason} ${about}`;

/** Adds up what was not there. */
export class ShortfallTally {
  private readonly types = new Map<string, { type: string; count: number; asked: number; given: number }>();
  private readonly examples: ShortfallMoves['examples'][number][] = [];

  add(customerId: string, short: readonly Shortfall[]): void {
    for (const [index, one] of short.entries()) {
      const { type, asked, given } = one;
      const known = this.types.get(type) ?? { type, count: 0, asked: 0, given: 0 };
      this.types.set(type, { type, count: known.count + 1, asked: known.asked + asked, given: known.given + given });
      if (index < MOST_ALIKE && this.examples.length < MOST_EXAMPLES) this.examples.push({ customerId, ...one });
    }
  }

  get told(): ShortfallMoves {
    const byType = [...this.types.values()].sort((left, right) => (left.type < right.type ? -1 : 1));
    const count = byType.reduce((sum, type) => sum + type.count, 0);
    const missing = byType.reduce((sum, { asked, given }) => sum + asked - given, 0);
    return { count, missing, byType, examples: this.examples };
  }
}
