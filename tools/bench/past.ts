import { join } from 'node:path';
import { plusHours, type Instant } from '#kernel/time.js';
import { loadConfig } from '#runtime/config.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import { imported, missing } from './imports.js';
import type { Figure, Measure } from './measure.js';
import { Random } from './random.js';
import { median, percentile } from './statistics.js';

const QUESTIONS = 4_000;
/** Asked first and not counted: a process that has just begun compiles what it runs often. */
const WARM_UP = 1_000;
/** Questions about one moment before the next is asked about: an analyst looks at several customers as of one. */
const PER_MOMENT = 4;
const FIRST: Instant = '1997-02-01T00:00:00.000Z';
const HOURS = 500 * 24;

interface Answer {
  readonly ms: number;
  /** Processor time of the process meanwhile, its collector's helpers included: where others work too, it tells more than the clock. */
  readonly cpuMs: number;
}

/** How long answers take about customers as of moments, random ones each. */
async function answers(patron: Patron): Promise<readonly Answer[]> {
  const customers = await idsOf(patron);
  const random = new Random(1);
  const answered: Answer[] = [];
  let cpu = process.cpuUsage();
  let at = FIRST;
  for (let asked = 0; asked < WARM_UP + QUESTIONS; asked += 1) {
    if (asked % PER_MOMENT === 0) at = plusHours(FIRST, random.whole(0, HOURS));
    const customerId = customers[random.whole(0, customers.length - 1)] ?? '';
    const start = performance.now();
    await patron.past.customer(customerId, { at, by: 'business' }).catch(nobodyYet);
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    answered.push({ ms, cpuMs: (user + system) / 1_000 });
  }
  return answered.slice(WARM_UP);
}

async function idsOf({ engine }: Patron): Promise<readonly string[]> {
  const model = await engine.readSide.model('lifecycle_stage');
  const ids: string[] = [];
  for (let after = ''; ;) {
    const page = await model.scan(after, 5_000);
    ids.push(...page.map(({ key }) => key));
    if (page.length < 5_000) return ids;
    after = ids.at(-1) ?? '';
  }
}

/** Some had not bought anything by then, which takes as long to find out. */
function nobodyYet(error: { readonly code?: string }): undefined {
  if (error.code !== 'customer.not_found') throw error;
  return undefined;
}

export async function askedOf(data: string): Promise<Figure> {
  const config = { ...loadConfig({ flags: { data }, env: {} }), target: 'all' as const };
  const patron = await openPatron(config, { mode: 'read' });
  const answered = await answers(patron);
  await patron.close();
  const [times, cpu] = [answered.map(({ ms }) => ms), answered.map(({ cpuMs }) => cpuMs)];
  const beside = { 'p50 ms': median(times), 'cpu p50 ms': median(cpu), 'cpu p99 ms': percentile(cpu, 0.99) };
  return { value: percentile(times, 0.99), beside };
}

export const pastOne: Measure = {
  ...{ name: 'as-of', about: 'CDNOW: one customer as of a moment of business time, p99', unit: 'ms' },
  wanted: { value: 3, at: 'most' },
  missing,
  run: async (folder) => {
    await imported(folder);
    return askedOf(join(folder, 'data'));
  },
};
