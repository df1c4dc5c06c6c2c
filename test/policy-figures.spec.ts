import { DomainError } from '#kernel/errors.js';
import { MAX_UNITS } from '#kernel/money.js';
import type { Raw } from '#kernel/parse.js';
import { Registry } from '#engine/registry.js';
import { slices } from '#slices/index.js';
import { engineWorld } from '#testing/engine-world.js';

/** Rising, so that the last one accepted is the most that a figure may be. */
const FIGURES = [0, 1, 20, 1_000, 36_525, 1e6, 1e9, 1e12, Number.MAX_SAFE_INTEGER];
type Path = readonly string[];

function* numbersIn(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value === 'number') yield path;
  if (value === null || typeof value !== 'object') return;
  for (const [name, entry] of Object.entries(value)) yield* numbersIn(entry, [...path, name]);
}

function changed(value: unknown, [name, ...rest]: Path, to: number): unknown {
  if (name === undefined) return to;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[name] = changed(copy[name], rest, to);
  return copy;
}

const bought = (purchaseId: string, at: string, units: number) => ({
  ...{ type: 'RecordPurchase', customerId: 'a', purchaseId, at, total: { units, scale: 0, currency: 'GBP' } },
});
const commands = [
  bought('p-1', '2025-01-02T10:00:00Z', 1_234),
  bought('p-2', '2025-06-02T10:00:00Z', MAX_UNITS),
  { type: 'EarnPoints', customerId: 'a', earningId: 'e', points: 100 },
  { type: 'RaiseComplaint', customerId: 'a', complaintId: 'k', cause: 'quality', channel: 'email' },
  { type: 'AnswerSurvey', customerId: 'a', surveyId: 's', instrument: 'nps', score: 3, touchpoint: 'purchase' },
] as const;

/** What goes wrong in the life of one customer under these rules, but for refusals. */
async function faultsUnder(name: string, rules: Raw): Promise<readonly string[]> {
  const world = await engineWorld(slices);
  const faults: string[] = [];
  const unforeseen = (error: unknown): void => {
    if (!(error instanceof DomainError)) faults.push(String(error));
  };
  try {
    await world.engine.policies.publish({ name, rules, effectiveFrom: '1900-01-01T00:00:00.000Z' });
    for (const command of commands) await world.send(command).catch(unforeseen);
    await world.advanceTo('2027-04-02T12:00:00.000Z').catch((error: unknown) => faults.push(`time: ${String(error)}`));
    await world.send({ type: 'RedeemPoints', customerId: 'a', redemptionId: 'r', points: 10 }).catch(unforeseen);
    await world.quiet();
    for (const { name: model, parked } of (await world.engine.projector?.status()) ?? []) {
      faults.push(...parked.map(({ reason }) => `${model}: ${reason}`));
    }
    return faults;
  } finally {
    await world.close();
  }
}

describe('a figure of a policy', () => {
  const policies = [...new Registry(slices).policies.values()].filter(
    ({ defaults }) => [...numbersIn(defaults)].length > 0,
  );

  it.each(policies.map(({ name }) => name))(
    'of %s may be all that it is let be: commands, time and read models go on',
    async (name) => {
      const { defaults, parse } = policies.find((one) => one.name === name) as (typeof policies)[number];
      const holds = (rules: unknown): boolean => {
        try {
          parse(rules as Raw);
          return true;
        } catch {
          return false;
        }
      };
      for (const path of numbersIn(defaults)) {
        const most = FIGURES.map((figure) => [figure, changed(defaults, path, figure)] as const).findLast(([, rules]) =>
          holds(rules),
        );
        const [figure, rules] = most ?? [0, defaults];
        expect([path.join('.'), figure, await faultsUnder(name, rules as Raw)]).toEqual([path.join('.'), figure, []]);
      }
    },
  );
});
