import fc from 'fast-check';
import { DomainError } from '#kernel/errors.js';
import type { Recorded } from '#kernel/fact.js';
import type { Json } from '#kernel/ports/read-models.js';
import { EARLIEST, plusHours } from '#kernel/time.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { AsOf } from '#engine/as-of.js';
import { CustomerAgain, type Again } from '#engine/customer-again.js';
import { CustomerDocuments } from '#engine/customer-documents.js';
import { customersInTurn } from '#engine/customers-in-turn.js';
import { modelDigest } from '#engine/digest.js';
import { momentOf } from '#engine/past.js';
import { Projector } from '#engine/projector.js';
import { Supposed, type Supposition } from '#engine/supposed.js';
import { Turns } from '#engine/turns.js';
import type { Verdict } from '#engine/verdict.js';
import { WhatIf } from '#engine/what-if.js';
import type { GivenCommand } from '#testing/makers.js';
import type { World } from '#testing/engine-world.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';

export const START = '2025-01-20T09:00:00.000Z';
const CUSTOMERS = ['ann', 'bob', 'cat'] as const;
const cents = (units: number) => ({ units, scale: 2, currency: 'USD' });

const KINDS = [
  ...[
    'buy',
    'buy',
    'buy',
    'earn',
    'redeem',
    'reserve',
    'confirm',
    'cancel',
    'send',
    'adjust',
    'reverse',
    'refund',
    'void',
  ],
  ...['complain', 'respond', 'resolve', 'reopen', 'contact', 'plan', 'survey', 'answer', 'acknowledge', 'act', 'close'],
] as const;
const REASONS = ['silent', 'points_lapsing', 'vip_uncontacted', 'value_fell', 'low_score', 'complaint_overdue'];

/** A step of a history: what is said, how long after the one before, how late, and what is published on the way. */
export const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  customerId: fc.constantFrom(...CUSTOMERS),
  to: fc.constantFrom(...CUSTOMERS),
  units: fc.integer({ min: 1, max: 90_000 }),
  points: fc.integer({ min: 1, max: 400 }),
  pick: fc.nat({ max: 5 }),
  afterHours: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 2, arbitrary: fc.integer({ min: 60, max: 2_400 }) },
  ),
  lateHours: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 1_500 }) },
  ),
  ticks: fc.boolean(),
  publishes: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('loyalty', 'lifecycle', 'retention', 'value', 'complaints') },
  ),
});
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function commandOf(step: Step, fresh: string, names: Map<string, string[]>): GivenCommand {
  const { customerId, to, units, points, pick } = step;
  const known = (kind: string): string => {
    const all = names.get(`${kind} ${customerId}`) ?? ['none'];
    return all[all.length - 1 - (pick % all.length)] ?? 'none';
  };
  const name = (kind: string): string => {
    names.set(`${kind} ${customerId}`, [...(names.get(`${kind} ${customerId}`) ?? []), fresh]);
    return fresh;
  };
  const episodeId = `${REASONS[pick]}-${1 + (points % 2)}`;
  const nps = { instrument: 'nps', touchpoint: 'delivery' };
  const commands: Record<Step['kind'], () => Omit<GivenCommand, 'customerId'>> = {
    buy: () => ({ type: 'RecordPurchase', purchaseId: name('purchase'), total: cents(units) }),
    earn: () => ({ type: 'EarnPoints', earningId: fresh, points }),
    redeem: () => ({ type: 'RedeemPoints', redemptionId: fresh, points }),
    reserve: () => ({ type: 'ReservePoints', reservationId: name('reservation'), points }),
    confirm: () => ({ type: 'ConfirmReservation', reservationId: known('reservation') }),
    cancel: () => ({ type: 'CancelReservation', reservationId: known('reservation') }),
    send: () => ({ type: 'TransferPoints', transferId: fresh, to, points }),
    adjust: () => ({
      type: 'AdjustPoints',
      adjustmentId: fresh,
      points: pick % 2 ? points : -points,
      reason: 'told so',
    }),
    reverse: () => ({ type: 'ReverseEarning', lotId: known('lot'), reason: 'fraud' }),
    refund: () => ({ type: 'RefundPurchase', purchaseId: known('purchase'), refundId: fresh }),
    void: () => ({ type: 'VoidPurchase', purchaseId: known('purchase'), reason: 'mistake' }),
    complain: () => ({
      ...{ type: 'RaiseComplaint', complaintId: name('complaint'), cause: 'late', channel: 'phone', text: 'Too late.' },
      priority: ['low', 'normal', 'high', 'urgent'][pick % 4],
    }),
    respond: () => ({ type: 'RespondToComplaint', complaintId: known('complaint'), responseId: fresh }),
    resolve: () => ({ type: 'ResolveComplaint', complaintId: known('complaint'), remedy: { kind: 'apology' } }),
    reopen: () => ({ type: 'ReopenComplaint', complaintId: known('complaint'), reason: 'again' }),
    contact: () => ({
      ...{ type: 'RecordContact', contactId: fresh, channel: 'phone', direction: 'inbound', purpose: 'service' },
      ...{ outcome: pick % 3 ? 'reached' : 'not reached', note: 'kind words' },
    }),
    plan: () => ({ type: 'PlanRevisit', revisitId: fresh, dueAt: '2025-09-01T09:00:00Z', note: 'spring' }),
    survey: () => ({ type: 'SendSurvey', surveyId: name('survey'), ...nps, channel: 'e-mail', about: 'all' }),
    answer: () => ({ type: 'AnswerSurvey', surveyId: known('survey'), score: points % 11, ...nps }),
    acknowledge: () => ({ type: 'AcknowledgeAlert', episodeId }),
    act: () => ({
      ...{ type: 'RecordRetentionAction', episodeId, actionId: fresh, note: 'They were away.' },
      action: ['call', 'message', 'offer', 'reminder', 'apology', 'escalation'][pick],
    }),
    close: () => ({ type: 'CloseAlert', episodeId, outcome: 'kept' }),
  };
  return { customerId, ...commands[step.kind]() } as GivenCommand;
}

/** Rules of a policy that say something else than its newest version. */
export function otherRules(world: World, name: string, pick: number): Record<string, unknown> {
  const changes: Record<string, object> = {
    loyalty: { earn: { points: 1 + (pick % 4), perUnits: 1 }, pendingDays: 7 * pick, expireAfterMonths: 3 + pick },
    lifecycle: { atRiskLeastDays: 20 + 10 * pick, churnedLeastDays: 90 + 10 * pick, firstRhythmDays: 10 + pick },
    retention: {
      lapsingLeastPoints: 20 * (1 + pick),
      silentAgainAfterDays: 10 + pick,
      uncontactedTiers: ['VIP', 'high'],
    },
    value: { windowDays: 100 + 40 * pick },
    complaints: { firstResponseHours: 1 + pick },
  };
  return rulesOf(world, name, changes[name] ?? {});
}

/** Lives a history through; what is refused leaves nothing. */
export async function live(world: World, steps: readonly Step[]): Promise<void> {
  const names = new Map<string, string[]>();
  let at = START;
  for (const [index, step] of steps.entries()) {
    at = plusHours(at, step.afterHours);
    if (step.ticks) await world.advanceTo(at);
    else world.clock.set(at);
    if (step.publishes !== undefined) {
      const effectiveFrom = plusHours(at, 24 * (step.pick - 2));
      const rules = otherRules(world, step.publishes, step.pick);
      await world.engine.policies.publish({ name: step.publishes, rules, effectiveFrom });
    }
    const command = { ...commandOf(step, `n${index}`, names), at: plusHours(at, -step.lateHours) };
    try {
      for (const { type, id } of (await world.send(command)).facts)
        if (type === 'PointsEarned')
          names.set(`lot ${step.customerId}`, [...(names.get(`lot ${step.customerId}`) ?? []), id]);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  await world.advanceTo(plusHours(at, 24 * 20));
}

/** Every customer's history, decided again up to a position. */
export async function again(world: World, suppositions: readonly Supposition[] = [], upTo?: number) {
  const { store, registry, reader, ids } = world.engine;
  const moment = momentOf(String(upTo ?? (await store.head())), undefined);
  const then = await new AsOf(world.engine).at(moment);
  const supposed = new Supposed(registry, then.shared, suppositions);
  const found = new Map<string, { readonly own: readonly Recorded[]; readonly again: Again }>();
  for await (const { customerId, own } of customersInTurn(then.past)) {
    const deps = { registry, reader, ids, supposed };
    found.set(customerId, { own, again: await new CustomerAgain(customerId, own, deps).run() });
  }
  return { found, supposed };
}

/** Documents of read models that go by customer, over every history as it was decided again. */
export async function documentsAgain(world: World, suppositions: readonly Supposition[], names: readonly string[]) {
  const { found, supposed } = await again(world, suppositions);
  const { registry, reader } = world.engine;
  const projections = names.flatMap((name) => registry.projections.get(name) ?? []);
  const fold = new CustomerDocuments(projections, supposed.shared, supposed.references, registry, reader);
  const documents = new Map<string, ReadonlyMap<string, readonly Json[]>>();
  for (const [customerId, one] of found) documents.set(customerId, await fold.of(one.again.facts, new Turns()));
  return { found, documents };
}

/** Digests of every read model over the history as it was decided again, and all else as it is. */
export async function digestsAgain(world: World, suppositions: readonly Supposition[] = []) {
  const { found } = await again(world, suppositions);
  const all: Recorded[] = [];
  for await (const { facts } of world.store.readAll()) all.push(...facts);
  const rest = all.filter(({ stream }) => !stream.startsWith('customer-'));
  const anew = [...found.values()].flatMap((one) => one.again.facts);
  const facts = [...rest.map((fact) => ({ ...fact, position: fact.position * 16_384 })), ...anew];
  facts.sort((left, right) => left.position - right.position);
  const store = new MemoryEventStore(world.clock, 'again');
  const counts = new Map<string, number>();
  for (const fact of facts) {
    const count = counts.get(fact.stream) ?? 0;
    counts.set(fact.stream, count + 1);
    await store.append(fact.stream, count, [fact]);
  }
  const { registry, reader, references } = world.engine;
  const projector = await Projector.open({ store, readModels: new MemoryReadModels(), registry, reader, references });
  await projector.catchUp();
  const digests: Record<string, string> = {};
  for (const name of registry.projections.keys())
    digests[name] = (await modelDigest(await projector.model(name))).digest;
  await store.close();
  return digests;
}

export const usd = (dollars: number) => ({ units: dollars * 100, scale: 2, currency: 'USD' });

export const ask = (world: World, suppositions: readonly Supposition[] = []): Promise<Verdict> =>
  new WhatIf(world.engine).ask({ suppositions });

/** The newest rules of a policy with some of them changed. */
export function rulesOf({ engine }: World, name: string, changes: object): Record<string, unknown> {
  const known = engine.policies.versions(name).at(-1)?.rules as unknown as Record<string, unknown>;
  const { version: _, effectiveFrom: __, ...rules } = known;
  return { ...rules, ...changes };
}

export const suppose = (world: World, name: string, changes: object, effectiveFrom = EARLIEST): Supposition => ({
  ...{ name, effectiveFrom, rules: world.engine.policies.parsed(name, rulesOf(world, name, changes)) },
});
