import { FoldContext } from '#engine/context.js';
import { References } from '#engine/references.js';
import { Registry } from '#engine/registry.js';
import type { Proposal } from '#kernel/event.js';
import type { Fact } from '#kernel/fact.js';
import { plusMs } from '#kernel/time.js';
import { Scribe } from '#testing/makers.js';
import { throughSnapshot } from '#testing/through-snapshot.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { consentSlice } from '../consent/consent.slice.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { lifecycleSlice } from '../lifecycle/lifecycle.slice.js';
import { loyaltySlice } from '../loyalty/loyalty.slice.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { valueSlice } from '../value/value.slice.js';
import { retention } from './retention.decider.js';
import type { Heard } from './retention.evolve.js';
import { retentionSlice } from './retention.slice.js';
import { newRetention, type Retention } from './retention.state.js';

/** PATRON_FACTS=100000 prints what a fact costs at the beginning and at the end of a long history; a timing fails no test. */
const FACTS = Number(process.env['PATRON_FACTS'] ?? 12_000);
const EVERY_MS = 3_600_000; // some five hundred days
const START = '2015-01-01T00:00:00.000Z';

function context(): FoldContext {
  const registry = new Registry([
    ...[profilesSlice, purchasesSlice, lifecycleSlice, valueSlice, loyaltySlice, consentSlice],
    ...[complaintsSlice, surveysSlice, contactsSlice, retentionSlice],
  ]);
  const references = new References(registry);
  for (const policy of new Scribe(registry, START).defaults()) references.take(policy);
  return new FoldContext(references);
}

const kinds: readonly ((n: number) => readonly [type: string, data: object])[] = [
  (n) => ['PurchaseRecorded', { purchaseId: `p-${n}`, total: { units: n % 90, scale: 2, currency: 'USD' }, lines: [] }],
  (n) => [
    'PointsEarned',
    { points: 5, debtPaid: 0, availableAt: START, expiresAt: `${2016 + Math.floor(n / 9_000)}-02-01T00:00:00.000Z` },
  ],
  (n) => [
    'ComplaintSlaMissed',
    { complaintId: `c-${n}`, sla: 'resolution', priority: 'low', dueAt: START, cause: 'x' },
  ],
  (n) => ['SurveyAnswered', { surveyId: `s-${n}`, instrument: 'nps', score: n % 11, touchpoint: 'shop' }],
  () => ['CustomerContacted', { reached: true }],
];

function factOf(n: number): Heard {
  const [type, data] = (kinds[n % kinds.length] as (typeof kinds)[number])(n);
  const occurredAt = plusMs(START, n * EVERY_MS);
  return {
    type,
    id: `f-${n}`,
    customerId: 'c-1',
    revision: n,
    occurredAt,
    data,
    metadata: { commandId: `k-${n}` },
  } as Fact as Heard;
}

/** Folds facts `from` to `to` with what each brings and what time owes before it, as the engine does. Milliseconds. */
function folded(state: Retention, from: number, to: number, now: FoldContext): readonly [Retention, number] {
  const began = performance.now();
  let after = state;
  const fold = (fact: Heard): void => {
    after = retention.evolve(after, fact, now.turnTo(fact.occurredAt, Infinity));
    const reactions = reacting.has(fact.type) ? (retention.react?.(after, fact, now) ?? []) : [];
    for (const proposal of reactions) fold(brought(proposal, fact));
  };
  for (let n = from; n < to; n += 1) {
    const fact = factOf(n);
    for (;;) {
      const due = retention.due?.(after, now.turnTo(fact.occurredAt, Infinity)) ?? null;
      if (due === null || due > fact.occurredAt) break;
      for (const proposal of retention.settle?.(after, due, now.turnTo(due, Infinity)) ?? [])
        fold(brought(proposal, fact));
    }
    fold(fact);
  }
  return [after, performance.now() - began];
}

const reacting = new Set(retentionSlice.reactsTo?.map(({ type }) => type));
const brought = ({ type, data, occurredAt }: Proposal, cause: Fact): Heard =>
  ({ ...cause, type, data, occurredAt: occurredAt ?? cause.occurredAt }) as Fact as Heard;

it('what the last facts of a long history are folded into holds a year, not all of it', () => {
  const now = context();
  const [young, first] = folded(newRetention, 0, FACTS / 10, now);
  const [grown] = folded(young, FACTS / 10, (FACTS * 9) / 10, now);
  const [old, last] = folded(grown, (FACTS * 9) / 10, FACTS, now);
  const perFact = (ms: number): number => Math.round((ms * 1_000) / (FACTS / 10));
  if (process.env['PATRON_FACTS'] !== undefined)
    process.stdout.write(`µs a fact: ${perFact(first)} first, ${perFact(last)} last\n`);
  expect([old.window.length <= 366, old.bought.days.length <= 400]).toEqual([true, true]);
});

it('a snapshot of a state is read again to the same state', () => {
  const now = context();
  const [state] = folded(newRetention, 0, 2_000, now);
  const restored = throughSnapshot(retention, state);
  const [more] = folded(state, 2_000, 3_000, now);
  const [again] = folded(restored, 2_000, 3_000, now);
  expect(JSON.stringify(again)).toBe(JSON.stringify(more));
});
