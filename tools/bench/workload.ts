import { Random } from './random.js';

/** One event of the peers' workload: its stream, its type and a body of about 284 bytes of JSON. */
export interface WorkloadEvent {
  readonly customer: number;
  readonly type:
    | 'CustomerRegistered'
    | 'PurchaseRecorded'
    | 'CustomerContacted'
    | 'SurveyAnswered'
    | 'ComplaintRaised'
    | 'ComplaintResolved';
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface WorkloadShape {
  readonly customers: number;
  readonly events: number;
  readonly seed: number;
}

/** @source shared/reference/peers-performance.md: 20,000 customers, 200,000 events, Zipf-like streams, median 8, longest about 490 */
export const peersShape: WorkloadShape = { customers: 20_000, events: 200_000, seed: 1 };

const START = Date.UTC(2024, 0, 1);
const FILLER = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore';

/** The events in their one interleaved order. */
export function* workload({ customers, events, seed }: WorkloadShape): Generator<WorkloadEvent> {
  const random = new Random(seed);
  const registered = new Uint8Array(customers);
  const openComplaints = new Int32Array(customers);
  for (let number = 0; number < events; number += 1) {
    const customer = number % 10 === 0 ? Math.floor(number / 10) % customers : zipf(random, customers);
    const at = new Date(START + number * 60_000).toISOString();
    if (registered[customer] === 0) {
      registered[customer] = 1;
      yield {
        customer,
        type: 'CustomerRegistered',
        at,
        data: { name: `Customer ${customer}`, country: 'GB', note: FILLER },
      };
      continue;
    }
    yield next(random, customer, number, at, openComplaints);
  }
}

function next(random: Random, customer: number, number: number, at: string, open: Int32Array): WorkloadEvent {
  const kind = random.next();
  if (kind < 0.6) {
    const units = random.whole(100, 20_000);
    const amount = { units, scale: 2, currency: 'GBP' };
    const lines = [{ lineId: '1', sku: `sku-${units % 500}`, quantity: 1, unitPrice: amount, amount }];
    return {
      customer,
      type: 'PurchaseRecorded',
      at,
      data: { purchaseId: `p-${number}`, total: amount, lines, channel: 'web' },
    };
  }
  if (kind < 0.85) {
    const data = {
      contactId: `k-${number}`,
      channel: 'phone',
      direction: 'outbound',
      outcome: 'reached',
      agent: 'a-17',
      note: FILLER,
    };
    return { customer, type: 'CustomerContacted', at, data };
  }
  if (kind < 0.93) {
    const data = {
      surveyId: `s-${number}`,
      instrument: 'csat',
      score: random.whole(1, 5),
      touchpoint: 'delivery',
      comment: FILLER,
    };
    return { customer, type: 'SurveyAnswered', at, data };
  }
  const resolved = (open[customer] ?? 0) > 0;
  open[customer] = (open[customer] ?? 0) + (resolved ? -1 : 1);
  const data = { complaintId: `q-${number}`, cause: 'late parcel', severity: 'normal', text: `${FILLER}, ${FILLER}` };
  return { customer, type: resolved ? 'ComplaintResolved' : 'ComplaintRaised', at, data };
}

/** Few customers often, most seldom. */
const zipf = (random: Random, customers: number): number =>
  Math.min(customers - 1, Math.floor(customers * random.next() ** 2.2));
