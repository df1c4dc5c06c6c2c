import type { Json } from '#kernel/ports/read-models.js';
import { decimal, type Money } from '#kernel/money.js';
import type { Access } from '../access/access.js';
import { bar, table, type Terminal } from '../frame/terminal.js';

const PAGE = 1_000;
const WIDTH = 24;

/** Everything of a read model. */
async function all(access: Access, model: string): Promise<readonly Json[]> {
  const items: Json[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await access.find(model, { limit: PAGE, ...(cursor !== undefined && { cursor }) }, undefined);
    items.push(...page.items);
    if (page.cursor === undefined) return items;
    cursor = page.cursor;
  }
}

function countBy(items: readonly Json[], field: string): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(String(item[field]), (counts.get(String(item[field])) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function bars(counts: readonly (readonly [string, number])[], terminal: Terminal): readonly string[] {
  const most = Math.max(1, ...counts.map(([, count]) => count));
  const name = Math.max(...counts.map(([text]) => text.length), 0);
  return counts.map(
    ([text, count]) => `  ${text.padEnd(name)}  ${terminal.paint('cyan', bar(count / most, WIDTH))} ${count}`,
  );
}

const shownMoney = (money: Money): string =>
  `${decimal(money).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')} ${money.currency}`;

/** The state of the demo's business on one page, read as any other service would read it. */
export async function summaryOf(access: Access, terminal: Terminal): Promise<readonly string[]> {
  const [stages, tiers, balances, sales, liabilities] = (await Promise.all(
    ['lifecycle_stage', 'value_tier', 'loyalty_balance', 'sales_by_month', 'loyalty_liability'].map((model) =>
      all(access, model),
    ),
  )) as [readonly Json[], readonly Json[], readonly Json[], readonly Json[], readonly Json[]];
  const head = (text: string): string => `\n${terminal.paint('bold', text)}`;
  return [
    head('Lifecycle stages'),
    ...bars(countBy(stages, 'stage'), terminal),
    head('Value tiers, by the last 365 days'),
    ...bars(countBy(tiers, 'tier'), terminal),
    head('Loyalty tiers'),
    ...bars(countBy(balances, 'tier'), terminal),
    head('Points'),
    ...liabilities.map((one) => {
      const { held, reserved, liability } = one as unknown as { held: number; reserved: number; liability: Money };
      return `  ${held.toLocaleString('en-US')} held and ${reserved.toLocaleString('en-US')} reserved: a liability of ${shownMoney(liability)}`;
    }),
    head('Sales by month'),
    ...table(['month', 'purchases', 'gross', 'refunds', 'refunded', 'net'], sales.map(salesRow)).map(
      (line) => `  ${line}`,
    ),
  ];
}

function salesRow(item: Json): readonly string[] {
  const { month, purchases, refunds, gross, refunded, net } = item as unknown as {
    readonly [name in 'gross' | 'refunded' | 'net']: Money;
  } & { readonly month: string; readonly purchases: number; readonly refunds: number };
  return [month, String(purchases), shownMoney(gross), String(refunds), shownMoney(refunded), shownMoney(net)];
}
