import { decimal, type Money } from '#kernel/money.js';
import { EARLIEST } from '#kernel/time.js';
import type { AmountMoves, EpisodeMoves, Moves, Pair, Reason, ShortfallMoves, Verdict } from '#engine/verdict.js';
import { table } from '../frame/terminal.js';

const SHOWN = 5;
const whole = (figure: number): string => figure.toLocaleString('en');
const signed = (figure: number): string => (figure > 0 ? `+${whole(figure)}` : whole(figure));
const pair = ({ before, after }: Pair<number>): readonly string[] => [
  whole(before),
  whole(after),
  signed(after - before),
];
const named = (standing: string | null): string => standing ?? '–';

/** A verdict as tables, for somebody who reads it. */
export function linesOf(verdict: Verdict): readonly string[] {
  const sections = [
    head(verdict),
    ...verdict.standings.map(moved),
    ...verdict.amounts.map(amounts),
    ...verdict.episodes.map(episodes),
    shortfall(verdict.shortfall),
    left(verdict),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function head({ policies, asOf, measurements, facts, customers }: Verdict): readonly string[] {
  const said = policies.map(({ name, effectiveFrom, differs }) => {
    const since = effectiveFrom === EARLIEST ? 'always' : `from ${effectiveFrom} on`;
    return differs ? `${name} in force ${since}` : `${name} says what is published already: nothing is supposed`;
  });
  return [
    ...(said.length === 0 ? ['no policy supposed: the history is decided again as it was'] : said),
    `history up to position ${asOf.position}, ${asOf.time ?? 'before any time passed'}; population ${measurements}`,
    `${whole(facts.kept)} facts of commands stay; ${whole(facts.derived.before)} derived facts were dropped, ${whole(facts.derived.after)} decided again`,
    `${whole(customers.changed)} of ${whole(customers.all)} customers would see a difference`,
  ];
}

function moved({ model, field, moved: customers, moves, examples }: Moves): readonly string[] {
  if (customers === 0) return [`${model} ${field}: nobody moves`];
  const rows = moves.map(({ from, to, customers: count }) => [named(from), named(to), whole(count)]);
  return [
    `${model} ${field}: ${whole(customers)} customers move`,
    ...table(['from', 'to', 'customers'], rows),
    ...shown(
      ['customer', 'from', 'to', 'why'],
      examples.map(({ customerId, from, to, why }) => [
        customerId,
        named(from),
        named(to),
        because(why.after ?? why.before),
      ]),
    ),
  ];
}

function amounts({ model, unit, changed, sums, liability, examples }: AmountMoves): readonly string[] {
  if (changed === 0) return [`${model}: nobody's ${unit} differ; ${whole(liability.amount.after)} are owed`];
  const moving = Object.entries(sums).filter(([, { before, after }]) => before !== 0 || after !== 0);
  const rows = moving.map(([field, sum]) => [field, ...pair(sum)]);
  const currencies = new Set([...liability.money.before, ...liability.money.after].map(({ currency }) => currency));
  const owed = [...currencies].map((currency) => [`liability, ${currency}`, ...moneyPair(liability.money, currency)]);
  return [
    `${model}: ${unit} of ${whole(changed)} customers differ`,
    ...table([unit, 'before', 'after', 'difference'], [...rows, ['liability', ...pair(liability.amount)]]),
    ...(owed.length === 0 ? [] : table(['', 'before', 'after'], owed)),
    ...shown(
      ['customer', 'owed before', 'after', 'why'],
      examples.map(({ customerId, before, after, why }) => [
        ...[customerId, whole(before), whole(after)],
        because(why.after ?? why.before),
      ]),
    ),
  ];
}

function moneyPair({ before, after }: Pair<readonly Money[]>, currency: string): readonly string[] {
  const of = (all: readonly Money[]): string => {
    const found = all.find((money) => money.currency === currency);
    return found === undefined ? '0' : decimal(found);
  };
  return [of(before), of(after)];
}

function episodes({ model, reasons, examples }: EpisodeMoves): readonly string[] {
  const total = (kind: 'appeared' | 'disappeared' | 'moved'): number =>
    reasons.reduce((sum, counts) => sum + counts[kind], 0);
  const rows = reasons.map(({ reason, raised, open, appeared, disappeared, moved: other }) => [
    ...[reason, whole(raised.before), whole(raised.after), whole(appeared), whole(disappeared), whole(other)],
    ...[whole(open.before), whole(open.after)],
  ]);
  const header = ['reason', 'raised before', 'after', 'appear', 'disappear', 'at another time', 'open before', 'after'];
  return [
    `${model}: ${whole(total('appeared'))} appear, ${whole(total('disappeared'))} disappear, ${whole(total('moved'))} are raised at another time`,
    ...(rows.length === 0 ? [] : table(header, rows)),
    ...shown(
      ['customer', 'reason', 'what', 'about', 'raised', 'why'],
      examples.map(({ customerId, reason, kind, about, since, why }) => [
        customerId,
        reason,
        kind,
        about,
        since,
        because(why),
      ]),
    ),
  ];
}

function shortfall({ count, missing, byType, examples }: ShortfallMoves): readonly string[] {
  if (count === 0) return ['shortfall: everything that was taken would have been there'];
  return [
    `shortfall: ${whole(count)} times more was taken than would have been there, ${whole(missing)} in all`,
    ...table(
      ['taken by', 'times', 'taken', 'there', 'missing'],
      byType.map(({ type, count: times, asked, given }) => [type, ...[times, asked, given, asked - given].map(whole)]),
    ),
    ...shown(
      ['customer', 'taken by', 'at', 'taken', 'there', 'fact'],
      examples.map(({ customerId, type, at, asked, given, factId }) => [
        ...[customerId, type, at, whole(asked), whole(given), factId],
      ]),
    ),
  ];
}

/** What was not counted, and why. */
function left({ facts, customers }: Verdict): readonly string[] {
  const without = Object.entries(facts.withoutObject).map(([type, count]) => `${type} ${whole(count)}`);
  return [
    ...(without.length === 0 ? [] : [`left out, as what they are about would not be there: ${without.join(', ')}`]),
    ...(customers.undecided === 0 ? [] : [`${whole(customers.undecided)} customers could not be decided again:`]),
    ...customers.reasons.map(({ customerId, reason }) => `  ${customerId}: ${reason}`),
  ];
}

const shown = (header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0 ? [] : ['such as', ...table(header, rows.slice(0, SHOWN)).map((line) => `  ${line}`)];

function because(why: Reason | null): string {
  const newest = why?.facts.at(-1);
  const policy = why?.policy;
  return [policy && `${policy.name} v${policy.version}`, newest && `fact ${newest}`].filter(Boolean).join(', ');
}
