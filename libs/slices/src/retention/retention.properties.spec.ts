import fc from 'fast-check';
import type { Recorded } from '#kernel/fact.js';
import { customerStream } from '#kernel/fact.js';
import { DomainError } from '#kernel/errors.js';
import { dayOf, firstOfMonth, plusMs, startOfDay } from '#kernel/time.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { CUSTOMER, type GivenCommand } from '#testing/makers.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { consentSlice } from '../consent/consent.slice.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { lifecycleSlice } from '../lifecycle/lifecycle.slice.js';
import { loyaltySlice } from '../loyalty/loyalty.slice.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { valueSlice } from '../value/value.slice.js';
import { REASONS } from './retention.events.js';
import { retentionSlice } from './retention.slice.js';

const slices = [
  ...[profilesSlice, purchasesSlice, lifecycleSlice, valueSlice, loyaltySlice, consentSlice],
  ...[complaintsSlice, surveysSlice, contactsSlice, retentionSlice],
];
const START = '2024-01-01T09:00:00.000Z';
const HOUR = 3_600_000;
const TICK_HOURS = 60;
const ZONE = 'UTC'; // the company's default
const name = fc.constantFrom('a', 'b', 'c', 'd');
/** One of the alerts raised so far, counted from the newest. */
const episode = fc.integer({ min: 0, max: 3 }).map(String);
const usd = (dollars: number) => ({ units: dollars * 100, scale: 2, currency: 'USD' });

const command: fc.Arbitrary<GivenCommand> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 400 }).map((n) => ({ type: 'RecordPurchase', total: usd(n) })) },
  { weight: 1, arbitrary: name.map((id) => ({ type: 'VoidPurchase', purchaseId: id, reason: 'mistake' })) },
  { weight: 1, arbitrary: name.map((id) => ({ type: 'RefundPurchase', purchaseId: id, refundId: id })) },
  {
    weight: 2,
    arbitrary: name.map((id) => ({ type: 'RaiseComplaint', complaintId: id, cause: 'late', channel: 'web' })),
  },
  { weight: 1, arbitrary: name.map((id) => ({ type: 'RespondToComplaint', complaintId: id, responseId: 'r' })) },
  {
    weight: 1,
    arbitrary: name.map((id) => ({ type: 'ResolveComplaint', complaintId: id, remedy: { kind: 'refund' } })),
  },
  { weight: 1, arbitrary: name.map((id) => ({ type: 'ReopenComplaint', complaintId: id, reason: 'again' })) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 0, max: 10 }).map((score) => ({
      ...{ type: 'AnswerSurvey', score, instrument: 'nps', touchpoint: 'delivery' },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('reached', 'not reached').map((outcome) => ({
      ...{ type: 'RecordContact', channel: 'phone', direction: 'inbound', purpose: 'service', outcome },
    })),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }).map((points) => ({ type: 'RedeemPoints', points })) },
  { weight: 2, arbitrary: episode.map((episodeId) => ({ type: 'AcknowledgeAlert', episodeId })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(episode, fc.constantFrom('call', 'message', 'offer', 'reminder', 'escalation'))
      .map(([episodeId, action]) => ({ type: 'RecordRetentionAction', episodeId, action })),
  },
  { weight: 2, arbitrary: episode.map((episodeId) => ({ type: 'CloseAlert', episodeId, outcome: 'kept' })) },
);
/** Hours from one command to the next, and whether the clock is moved in between. */
const step = fc.record({ command, hours: fc.integer({ min: 0, max: 24 * 60 }), tick: fc.boolean() });
const history = fc.array(step, { minLength: 5, maxLength: 30 });
type History = readonly { readonly command: GivenCommand; readonly hours: number; readonly tick: boolean }[];

/** Names that the caller gives; some are given twice. */
const namedAs = (n: number): Record<string, string> => ({
  ...{ purchaseId: 'abcd'[n] ?? `p-${n}`, surveyId: `s-${n}`, contactId: `c-${n}` },
  ...{ redemptionId: `r-${n}`, actionId: `a-${n}` },
});

const monthStart = (at: string): string => startOfDay(firstOfMonth(dayOf(at, ZONE)), ZONE);

async function lived(world: World, steps: History, ticking: (tick: boolean) => boolean): Promise<readonly Recorded[]> {
  let at = START;
  for (const [index, { command: given, hours, tick }] of steps.entries()) {
    const next = plusMs(at, hours * HOUR);
    if (ticking(tick)) for (; at < next; at = plusMs(at, TICK_HOURS * HOUR)) await world.advanceTo(at);
    at = next;
    await world.advanceTo(monthStart(at)); // a population is measured when its month ends, never afterwards
    world.clock.set(at);
    try {
      const episodeId = await raisedBefore(world, given['episodeId']);
      await world.send({ ...namedAs(index), ...given, ...(episodeId !== undefined && { episodeId }), at });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  await world.advanceTo(plusMs(at, 400 * 24 * HOUR));
  return world.store.readStream(customerStream(CUSTOMER));
}

/** What settling brings with the command itself is not among them. */
async function raisedBefore(world: World, fromNewest: unknown): Promise<string | undefined> {
  if (typeof fromNewest !== 'string') return undefined;
  if (fromNewest.includes('-')) return fromNewest;
  const facts = await world.store.readStream(customerStream(CUSTOMER));
  return facts.filter(({ type }) => type === 'AlertRaised').at(-1 - Number(fromNewest))?.data['episodeId'] as string;
}

const own = new Set<string>(retentionSlice.events.map(({ type }) => type));
const ofAlerts = (facts: readonly Recorded[]) =>
  facts.filter(({ type }) => own.has(type)).map((fact) => ({ ...fact, data: fact.data as Record<string, string> }));

/** With the name of an alert that may be there, whatever was raised. */
const byName = (step: History[number], index: number): History[number] =>
  'episodeId' in step.command
    ? { ...step, command: { ...step.command, episodeId: `${REASONS[index % REASONS.length]}-1` } }
    : step;

async function inWorld<T>(work: (world: World) => Promise<T>): Promise<T> {
  const world = await engineWorld(slices, { now: START });
  try {
    return await work(world);
  } finally {
    await world.close();
  }
}

describe('random histories', () => {
  it('an alert opens once and ends at most once, one of a reason at a time, and is named in order', () =>
    fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const facts = ofAlerts(await inWorld((world) => lived(world, steps, (tick) => tick)));
        const open = new Map<string, string>();
        const raised = new Map<string, number>();
        const converted = new Set<string>();
        for (const { type, data, occurredAt } of facts) {
          const { reason = '', episodeId = '', raisedAt = '' } = data;
          if (type === 'AlertRaised') {
            expect(open.has(reason)).toBe(false);
            raised.set(reason, (raised.get(reason) ?? 0) + 1);
            expect(episodeId).toBe(`${reason}-${raised.get(reason)}`);
            open.set(reason, episodeId);
          } else if (type === 'AlertConverted') {
            expect(converted.has(episodeId)).toBe(false);
            converted.add(episodeId);
          } else if (type === 'AlertConversionUndone') {
            expect(converted.delete(episodeId)).toBe(true);
          } else {
            expect(open.get(reason)).toBe(episodeId);
            expect(occurredAt >= raisedAt).toBe(true);
            if (type === 'AlertCleared' || type === 'AlertClosed') open.delete(reason);
          }
        }
      }),
      { numRuns: 30 },
    ));

  it('raise every reason, and end it in every way, in those of one seed', async () => {
    const seen = new Set<string>();
    for (const steps of fc.sample(history, { seed: 3, numRuns: 25 })) {
      for (const { type, data } of ofAlerts(await inWorld((world) => lived(world, steps, (tick) => tick)))) {
        const { reason = '', by = '' } = data;
        seen.add(type === 'AlertCleared' ? `by ${by === 'time' || by === 'action' ? by : 'fact'}` : type);
        if (type === 'AlertRaised') seen.add(reason);
      }
    }
    expect([...seen].sort()).toEqual(
      [...own, ...REASONS, 'by action', 'by fact', 'by time'].filter((seeable) => seeable !== 'AlertCleared').sort(),
    );
  });

  it('says the same whether the clock ticks or stands still between commands', () =>
    fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const said = async (ticking: boolean) => {
          const facts = ofAlerts(await inWorld((world) => lived(world, steps.map(byName), () => ticking)));
          return facts.map(
            ({ type, data, occurredAt }) => `${occurredAt} ${type} ${data['episodeId']} ${data['outcome']}`,
          );
        };
        expect((await said(true)).sort()).toEqual((await said(false)).sort());
      }),
      { numRuns: 15 },
    ));

  it('owes nothing more after a restart, and its documents fold anew to the same', () =>
    fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const before = await engineWorld(slices, { now: START });
        const facts = await lived(before, steps, (tick) => tick);
        const world = await before.restarted();
        try {
          await world.advanceTo(world.engine.now());
          expect(await world.store.readStream(customerStream(CUSTOMER))).toHaveLength(facts.length);
          const { live, rebuilt } = await world.rebuildAll();
          expect(rebuilt).toEqual(live);
        } finally {
          await world.close();
        }
      }),
      { numRuns: 10 },
    ));
});
