import type { Json } from '#kernel/ports/read-models.js';
import type { Money } from '#kernel/money.js';
import { documentsOf } from '#runtime/exports.js';
import type { Access } from '../access/access.js';
import { table, type Terminal } from '../frame/terminal.js';
import { bars, countBy, shownMoney, type Reading } from './page.js';
import { callsWorth, channelsOf, complaintsOf, consentOf, satisfactionOf } from './summary-care.js';

const readingOf =
  (access: Access): Reading =>
  async (model, find = {}) => {
    const found: Json[] = [];
    for await (const items of documentsOf((page) => access.find(model, page, undefined), find)) found.push(...items);
    return found;
  };

/** The state of the demo's business on one page. */
export async function summaryOf(access: Access, terminal: Terminal): Promise<readonly string[]> {
  const read = readingOf(access);
  const part = (title: string, lines: readonly string[]): readonly string[] => [
    `\n${terminal.paint('bold', title)}`,
    ...lines,
  ];
  const [stages, tiers, balances] = await Promise.all(
    ['lifecycle_stage', 'value_tier', 'loyalty_balance'].map((model) => read(model)),
  );
  const ofCompany = (await read('satisfaction')).filter(
    ({ channel, touchpoint }) => channel === null && touchpoint === null,
  );
  return [
    ...part('Lifecycle stages', bars(countBy(stages ?? [], 'stage'), terminal)),
    ...part('Value tiers, by the last 365 days', bars(countBy(tiers ?? [], 'tier'), terminal)),
    ...part('Loyalty tiers', bars(countBy(balances ?? [], 'tier'), terminal)),
    ...part('Points', (await read('loyalty_liability')).map(liabilityLine)),
    ...part('Sales by month', salesTable(await read('sales_by_month'))),
    ...part('Satisfaction, 0 to 100', satisfactionOf(ofCompany)),
    ...part('Channels, all months', channelsOf(await read('channel_performance'))),
    ...part('Complaints', await complaintsOf(read)),
    ...part('Consent to marketing', consentOf(await read('consent_permissions'))),
    ...part('Worth a call: open alerts, those worth most first', await callsWorth(read)),
  ];
}

function liabilityLine(one: Json): string {
  const { held, reserved, liability } = one as unknown as { held: number; reserved: number; liability: Money };
  return `  ${held.toLocaleString('en-US')} held and ${reserved.toLocaleString('en-US')} reserved: a liability of ${shownMoney(liability)}`;
}

const salesTable = (sales: readonly Json[]): readonly string[] =>
  table(['month', 'purchases', 'gross', 'refunds', 'refunded', 'net'], sales.map(salesRow)).map((line) => `  ${line}`);

function salesRow(item: Json): readonly string[] {
  const { month, purchases, refunds, gross, refunded, net } = item as unknown as {
    readonly [name in 'gross' | 'refunded' | 'net']: Money;
  } & { readonly month: string; readonly purchases: number; readonly refunds: number };
  return [month, String(purchases), shownMoney(gross), String(refunds), shownMoney(refunded), shownMoney(net)];
}
