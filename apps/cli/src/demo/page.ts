import { decimal, type Money } from '#kernel/money.js';
import type { Json } from '#kernel/ports/read-models.js';
import type { Find } from '#engine/queries.js';
import { bar, type Terminal } from '../frame/terminal.js';

const WIDTH = 24;
const TENTH = 10;

/** Reads all that a query finds, as any other service would. */
export type Reading = (model: string, find?: Find) => Promise<readonly Json[]>;

export function countBy(items: readonly Json[], field: string): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(String(item[field]), (counts.get(String(item[field])) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

export function bars(counts: readonly (readonly [string, number])[], terminal: Terminal): readonly string[] {
  const most = Math.max(1, ...counts.map(([, count]) => count));
  const name = Math.max(...counts.map(([text]) => text.length), 0);
  return counts.map(
    ([text, count]) => `  ${text.padEnd(name)}  ${terminal.paint('cyan', bar(count / most, WIDTH))} ${count}`,
  );
}

export const shownMoney = (money: Money): string =>
  `${decimal(money).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')} ${money.currency}`;

/** Amounts of different currencies, side by side. */
export const shownMoneys = (moneys: readonly Money[]): string => moneys.map(shownMoney).join(' + ');

/** Hundredths of a point with one decimal: 8,125 is 81.3. */
export const points = (hundredths: number): string =>
  (Math.round(hundredths / TENTH) / TENTH).toFixed(1).replace(/^-(0\.0)$/, '$1');

export const sumOf = (items: readonly Json[], field: string): number =>
  items.reduce((sum, item) => sum + Number(item[field]), 0);

/** The documents of each value of a field, values rising. */
export function groupBy(items: readonly Json[], field: string): readonly (readonly [string, readonly Json[]])[] {
  const groups = new Map<string, Json[]>();
  for (const item of items) groups.set(String(item[field]), [...(groups.get(String(item[field])) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
