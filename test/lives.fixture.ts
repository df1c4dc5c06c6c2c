import fc from 'fast-check';
import { customerStream } from '#kernel/fact.js';
import { DomainError } from '#kernel/errors.js';
import { plusHours } from '#kernel/time.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World, type WorldOptions } from '#testing/engine-world.js';
import type { GivenCommand } from '#testing/makers.js';

export const START = '2024-11-20T09:00:00.000Z';
export const CUSTOMERS = ['ann', 'bob', 'cat'] as const;

const usd = (dollars: number) => ({ units: dollars * 100, scale: 2, currency: 'USD' });
const name = fc.constantFrom('a', 'b', 'c', 'd');
const made = (type: string, fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<GivenCommand> =>
  fc.record(fields).map((given) => ({ type, ...given }));
const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const always = fc.constant.bind(fc) as <T>(value: T) => fc.Arbitrary<T>;

/** Anything a customer may do, or that is done about them; names are given few times over, so that things meet. */
const command: fc.Arbitrary<GivenCommand> = fc.oneof(
  often(10, made('RecordPurchase', { purchaseId: name, total: fc.integer({ min: 1, max: 400 }).map(usd) })),
  often(8, made('RecordPurchase', { total: fc.integer({ min: 1, max: 400 }).map(usd) })),
  often(1, made('VoidPurchase', { purchaseId: name, reason: always('mistake') })),
  often(1, made('RefundPurchase', { purchaseId: name, refundId: name })),
  often(2, made('EarnPoints', { earningId: name, points: fc.integer({ min: 50, max: 900 }) })),
  often(2, made('RedeemPoints', { points: fc.integer({ min: 1, max: 300 }) })),
  often(1, made('ReservePoints', { reservationId: name, points: fc.integer({ min: 1, max: 300 }) })),
  often(1, made('ConfirmReservation', { reservationId: name })),
  often(1, made('RegisterCustomer', { name: always('Ann Example') })),
  often(1, made('RaiseComplaint', { complaintId: name, cause: always('late'), channel: always('web') })),
  often(1, made('RespondToComplaint', { complaintId: name, responseId: name })),
  often(
    2,
    made('AnswerSurvey', {
      ...{ surveyId: name, score: fc.integer({ min: 0, max: 10 }) },
      ...{ instrument: always('nps'), touchpoint: always('delivery') },
    }),
  ),
  often(
    2,
    made('RecordContact', {
      ...{ channel: always('phone'), direction: always('outbound'), purpose: always('service') },
      outcome: fc.constantFrom('reached', 'not reached'),
    }),
  ),
  often(1, made('AcknowledgeAlert', { episodeId: fc.constantFrom('silent-1', 'low_score-1', 'value_fell-1') })),
  often(
    1,
    made('RecordRetentionAction', {
      episodeId: fc.constantFrom('silent-1', 'low_score-1', 'value_fell-1', 'points_lapsing-1'),
      action: fc.constantFrom('call', 'reminder'),
    }),
  ),
);

/** New figures of a policy. */
const publication = fc.oneof(
  always({ name: 'lifecycle', rules: { atRiskRhythms: 3 } }),
  always({ name: 'value', rules: { windowDays: 200 } }),
  always({ name: 'loyalty', rules: { pendingDays: 3, tiers: [{ name: 'silver', from: 300 }] } }),
);

export interface Step {
  readonly customerId: string;
  readonly command: GivenCommand;
  /** Since the step before. */
  readonly hours: number;
  /** How late it is said. */
  readonly lateHours: number;
  /** The clock is moved before, or is not. */
  readonly ticks: boolean;
  readonly publishes: { readonly name: string; readonly rules: object } | undefined;
  readonly restarts: boolean;
}

export const stepsOf = (customers: readonly string[], most: number, late = true): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      customerId: fc.constantFrom(...customers),
      command,
      hours: fc.oneof(fc.integer({ min: 0, max: 48 }), fc.integer({ min: 0, max: 24 * 60 })),
      lateHours: late ? fc.oneof(often(4, always(0)), often(1, fc.integer({ min: 1, max: 1_500 }))) : always(0),
      ticks: fc.boolean(),
      publishes: fc.oneof(often(12, always(undefined)), often(1, publication)),
      restarts: fc.oneof(often(12, always(false)), often(1, always(true))),
    }),
    { minLength: 4, maxLength: most, size: 'max' },
  );

/** Lives through steps; what is refused is passed over. `after` is told the world after each. */
export async function lived(
  steps: readonly Step[],
  after: (world: World, step: Step) => Promise<void> = async () => undefined,
  options: WorldOptions = {},
): Promise<World> {
  let world = await engineWorld(slices, { now: START, ...options });
  let at = START;
  for (const [index, step] of steps.entries()) {
    at = plusHours(at, step.hours);
    if (step.ticks) await world.advanceTo(at);
    else world.clock.set(at);
    await passed(publish(world, step, at));
    const names = { purchaseId: `p-${index}`, surveyId: `s-${index}`, contactId: `c-${index}` };
    const own = { ...names, redemptionId: `r-${index}`, actionId: `a-${index}` };
    const { customerId, command: given, lateHours } = step;
    const sent = { ...own, ...given, customerId, at: plusHours(at, -lateHours) };
    await passed(world.send(sent, { commandId: `step-${index}` }));
    if (step.restarts) world = await world.restarted();
    await after(world, step);
  }
  return world;
}

async function publish({ engine }: World, { publishes }: Step, at: string): Promise<unknown> {
  if (publishes === undefined) return undefined;
  const { name: policy, rules } = publishes;
  const defaults = engine.registry.policies.get(policy)?.defaults;
  return engine.policies.publish({ name: policy, rules: { ...defaults, ...rules }, effectiveFrom: at } as never);
}

async function passed(sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

export const factsOf = async ({ store }: World, customerId: string) => store.readStream(customerStream(customerId));
