import { plusDays, startOfDay, type Day, type Instant } from '#kernel/time.js';
import { channels, firstNames, kinds, lastNames, products, season } from './catalogue.js';
import { Random } from './random.js';

/** A command as the NDJSON route takes it. */
export interface DemoCommand {
  readonly command: string;
  readonly commandId: string;
  readonly customerId?: string;
  readonly at: Instant;
  readonly [field: string]: unknown;
}

export interface DemoPlan {
  readonly seed: number;
  readonly customers: number;
  /** First day of the story. */
  readonly from: Day;
  /** The day after its last. */
  readonly to: Day;
  readonly zone: string;
}

/** The demo's story, a fixed one so that the same seed shows the same figures whenever it is run. */
export const storyOf = (seed: number, customers: number): DemoPlan => ({
  ...{ seed, customers, from: '2025-01-01', to: '2026-07-01', zone: 'Europe/London' },
});

/** All commands of a customer's story, in the order in which they happen. */
export type Chapter = (story: Story) => readonly DemoCommand[];

/** What chapters of one customer's story share. */
export interface Story {
  readonly plan: DemoPlan;
  readonly customerId: string;
  readonly kind: (typeof kinds)[number];
  readonly random: Random;
  readonly registeredOn: Day;
  readonly purchases: readonly {
    readonly at: Instant;
    readonly purchaseId: string;
    readonly lines: readonly DemoLine[];
  }[];
}

interface DemoLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: { readonly units: number; readonly scale: 2; readonly currency: 'GBP' };
}

/** Every command of the demo, in the order in which things happen; business time advances at each day's start. */
export function simulate(plan: DemoPlan, chapters: readonly Chapter[]): readonly DemoCommand[] {
  const commands: DemoCommand[] = [];
  for (let number = 1; number <= plan.customers; number += 1) {
    const story = storyFor(plan, number);
    for (const chapter of chapters) commands.push(...chapter(story));
  }
  const end = startOfDay(plan.to, plan.zone);
  for (let day = plusDays(plan.from, 1); day <= plan.to; day = plusDays(day, 1)) {
    const to = startOfDay(day, plan.zone);
    commands.push({ command: 'AdvanceClock', commandId: `clock-${day}`, at: to, to });
  }
  return commands.filter(({ at }) => at <= end).sort(inTime);
}

/** By time; the clock advances before what happens at the same instant; ties keep the order in which they were told. */
const inTime = (left: DemoCommand, right: DemoCommand): number => {
  if (left.at !== right.at) return left.at < right.at ? -1 : 1;
  return Number(right.command === 'AdvanceClock') - Number(left.command === 'AdvanceClock');
};

function storyFor(plan: DemoPlan, number: number): Story {
  const customerId = `demo-${plan.seed}-${String(number).padStart(5, '0')}`;
  const random = new Random(plan.seed).part(customerId);
  const kind = random.weighted(kinds.map((one) => [one, one.weight] as const));
  const registeredOn = plusDays(plan.from, Math.floor(random.next() ** 1.4 * 520));
  return {
    plan,
    customerId,
    kind,
    random,
    registeredOn,
    purchases: purchasesOf(plan, customerId, kind, random, registeredOn),
  };
}

function purchasesOf(
  plan: DemoPlan,
  customerId: string,
  kind: Story['kind'],
  random: Random,
  registeredOn: Day,
): Story['purchases'] {
  if (random.chance(0.08)) return [];
  const purchases: Story['purchases'][number][] = [];
  let day = plusDays(registeredOn, random.whole(0, 6));
  while (day < plan.to) {
    const wanted = season[Number(day.slice(5, 7)) - 1] ?? 1;
    if (random.chance(Math.min(1, wanted))) {
      const purchaseId = `${customerId}-${purchases.length + 1}`;
      purchases.push({ at: during(day, plan.zone, random), purchaseId, lines: basket(kind.lines, random) });
      if (random.chance(kind.leaves)) {
        if (!random.chance(0.25)) break;
        day = plusDays(day, random.whole(220, 320)); // away so long that coming back is winning back
      }
    }
    day = plusDays(day, Math.max(1, Math.round(random.around(kind.rhythmDays, 0.4) / wanted)));
  }
  return purchases;
}

/** Some time in a day's opening hours. */
export const during = (day: Day, zone: string, random: Random): Instant =>
  new Date(Date.parse(startOfDay(day, zone)) + random.whole(9 * 3600, 19 * 3600) * 1000).toISOString();

function basket(usualLines: number, random: Random): readonly DemoLine[] {
  const skus = new Set<string>();
  const lines = Math.max(1, Math.round(random.around(usualLines, 0.4)));
  while (skus.size < Math.min(lines, products.length))
    skus.add(random.weighted(products.map(({ sku, weight }) => [sku, weight] as const)));
  return [...skus].map((sku, index) => ({
    lineId: String(index + 1),
    sku,
    quantity: random.weighted([
      [1, 6],
      [2, 3],
      [4, 1],
    ] as const),
    unitPrice: { units: products.find((product) => product.sku === sku)?.price ?? 0, scale: 2, currency: 'GBP' },
  }));
}

/** Somebody makes themselves known. */
export const registration: Chapter = ({ plan, customerId, random, registeredOn }) => {
  const name = `${random.pick(firstNames)} ${random.pick(lastNames)}`;
  const at = startOfDay(registeredOn, plan.zone);
  const contact = {
    command: 'AddContactPoint',
    customerId,
    at,
    commandId: `${customerId}-email`,
    contactPointId: 'email',
  };
  return [
    {
      command: 'RegisterCustomer',
      commandId: `${customerId}-register`,
      customerId,
      at,
      name,
      language: 'en',
      zone: plan.zone,
    },
    { ...contact, kind: 'email', value: `${customerId}@example.com` },
  ];
};

/** They buy, and now and then send something back. */
export const buying: Chapter = ({ plan, customerId, random, purchases }) => {
  const channel = random.weighted(channels);
  return purchases.flatMap(({ at, purchaseId, lines }) => {
    const bought = { command: 'RecordPurchase', commandId: purchaseId, customerId, at, purchaseId, lines, channel };
    if (!random.chance(0.06)) return [bought];
    const back = during(plusDays(at.slice(0, 10), random.whole(2, 20)), plan.zone, random);
    const refundId = `${purchaseId}-refund`;
    const [first] = lines;
    const part =
      lines.length > 1 && first !== undefined ? { lines: [{ lineId: first.lineId, quantity: first.quantity }] } : {};
    const refund = {
      command: 'RefundPurchase',
      commandId: refundId,
      customerId,
      at: back,
      purchaseId,
      refundId,
      ...part,
    };
    return [bought, { ...refund, reason: random.pick(['broken', 'wrong grind', 'unwanted gift']) }];
  });
};
