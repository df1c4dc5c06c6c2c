import { plus, type Money } from '#kernel/money.js';
import type { Json } from '#kernel/ports/read-models.js';
import { table } from '../frame/terminal.js';
import { groupBy, points, shownMoneys, sumOf, type Reading } from './page.js';

const DUE_NEXT = 5;
const MONTHS = 3;
const CALLS = 10;
const DAY = 10;
const MINUTE = 16;

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

interface MonthOfAnswers {
  readonly month: string;
  readonly answers: number;
  readonly mean: number | null;
  readonly target: number;
  readonly meetsTarget: boolean | null;
  readonly nps: {
    readonly score: number;
    readonly low: number;
    readonly high: number;
    readonly confidencePercent: number;
  } | null;
}

/** The newest whole months against the target; NPS with its interval, without which a small shop's score says little. */
export function satisfactionOf(months: readonly Json[]): readonly string[] {
  const newest = (months as unknown as readonly MonthOfAnswers[]).slice(-MONTHS);
  return newest.map(({ month, answers, mean, target, meetsTarget, nps }) => {
    const reached = mean === null ? 'no answers' : `${points(mean)} of ${answers} answers`;
    const met = meetsTarget === true ? 'reaches' : 'misses';
    const score =
      nps === null
        ? ''
        : `; NPS ${points(nps.score)}, ${nps.confidencePercent} % sure between ${points(nps.low)} and ${points(nps.high)}`;
    return `  ${month}  ${reached}: ${met} the target of ${points(target)}${score}`;
  });
}

export function channelsOf(months: readonly Json[]): readonly string[] {
  const rows = groupBy(months, 'channel').map(([channel, of]) => {
    const counts = ['inbound', 'outbound', 'attempts', 'conversions'].map((field) => String(sumOf(of, field)));
    return [channel, ...counts, shownMoneys(costsOf(of))];
  });
  return indented(table(['channel', 'in', 'out', 'not reached', 'led to a purchase', 'cost'], rows));
}

function costsOf(months: readonly Json[]): readonly Money[] {
  const costs = new Map<string, Money>();
  for (const { cost } of months) {
    for (const [currency, amount] of Object.entries(cost as Readonly<Record<string, Money>>)) {
      const known = costs.get(currency);
      costs.set(currency, known === undefined ? amount : plus(known, amount));
    }
  }
  return [...costs.values()];
}

/** How many there were, how many are open, and what is due next: what can still be kept before what was missed. */
export async function complaintsOf(read: Reading): Promise<readonly string[]> {
  const causes = await read('complaint_causes');
  const open = await read('complaint_cases', { where: { status: 'open' }, sort: ['nextDueAt'] });
  const overdue = open.filter((one) => one['overdue'] === true).length;
  const waiting = open.filter((one) => one['nextDueAt'] !== null);
  const next = [true, false].flatMap((kept) => waiting.filter((one) => (one['overdue'] !== true) === kept));
  const rows = next
    .slice(0, DUE_NEXT)
    .map((one) => [
      ...[one['customerId'], one['cause'], one['priority'], one['agent'] ?? 'nobody'].map(String),
      `${String(one['nextDueAt']).slice(0, MINUTE).replace('T', ' ')}${one['overdue'] === true ? ' (missed)' : ''}`,
    ]);
  const raised = sumOf(causes, 'raised');
  return [
    `  ${raised.toLocaleString('en-US')} raised, ${open.length} open, ${overdue} of them overdue; due next:`,
    ...indented(table(['customer', 'cause', 'priority', 'agent', 'due (UTC)'], rows)),
  ];
}

export function consentOf(permissions: readonly Json[]): readonly string[] {
  const marketing = permissions.filter(({ purpose }) => purpose === 'marketing');
  const rows = groupBy(marketing, 'channel').map(([channel, of]) => {
    const granted = of.filter(({ status }) => status === 'granted').length;
    return [channel, String(granted), String(of.length - granted)];
  });
  return indented(table(['channel', 'granted', 'withdrawn'], rows));
}

interface Alert {
  readonly customerId: string;
  readonly reason: string;
  readonly worth: readonly Money[];
  readonly raisedAt: string;
  readonly suggested: { readonly action: string; readonly text: string };
  readonly why: { readonly words: string };
}

/** The customers who are worth most: each with one alert, why it was raised and what to do. */
export async function callsWorth(read: Reading): Promise<readonly string[]> {
  const open = await read('retention_alerts', { where: { status: 'open' }, sort: ['-worthSort'] });
  const byCustomer = new Map<string, Alert>();
  for (const alert of open as unknown as readonly Alert[]) {
    if (!byCustomer.has(alert.customerId)) byCustomer.set(alert.customerId, alert);
  }
  const worth = [...byCustomer.values()].slice(0, CALLS);
  return worth.flatMap(({ customerId, worth: spent, raisedAt, suggested, why }, at) => [
    `  ${String(at + 1).padStart(2)}  ${customerId}  ${shownMoneys(spent) || 'bought nothing'} a year, since ${raisedAt.slice(0, DAY)}: ${why.words}`,
    `      ${suggested.action}: ${suggested.text}`,
  ]);
}
