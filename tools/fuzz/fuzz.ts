import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import type { Registry } from '#engine/registry.js';
import { declaredCommands } from './commands.js';
import { Contract } from './contract.js';
import { holdsInProcess, holdsOverHttp } from './invariants.js';
import { requestsTo, type Sent } from './requests.js';
import { FuzzWorld } from './world.js';

export interface FuzzOptions {
  /** Cases to try. */
  readonly n: number;
  readonly seed: number;
  readonly store?: 'memory' | 'embedded';
  /** Share of the cases that go through the socket, 0 to 1; the others go straight to the gateway. */
  readonly overHttp?: number;
  readonly progress?: (done: number, heapMb: number) => void;
}

export interface Failure {
  readonly seed: number;
  readonly path: string;
  readonly message: string;
  /** The smallest case found that breaks the promise. */
  readonly example: string;
}

export interface FuzzReport {
  readonly cases: number;
  readonly seed: number;
  readonly seconds: number;
  /** How often each answer was given: `POST /v1/commands/RecordPurchase 400`, or `RecordPurchase request.invalid`. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly facts: number;
  readonly failures: readonly Failure[];
  /** Heap in use after a collection: when a tenth was done, and at the end. */
  readonly heapMb: readonly [early: number, end: number];
}

type Case = { readonly sent: Sent } | { readonly type: string; readonly text: string };

const BATCH = 1_000;
const MOST_FAILURES = 10;
const OVERFLOW = /^An amount in [A-Z]{3} is too large to be kept exactly/;

/** Tries hostile cases on a Patron of its own. What fails is shrunk, kept, and the next batch begun. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { n, seed, store = 'embedded', overHttp = 0.3, progress } = options;
  const world = await FuzzWorld.open(store);
  try {
    const began = performance.now();
    const document = await world.document();
    const contract = new Contract(document);
    const cases = casesFor(document, contract, world.patron.engine.registry, overHttp);
    const outcomes: Record<string, number> = {};
    const failures: Failure[] = [];
    let [done, early] = [0, 0];
    const property = fc.asyncProperty(cases, async (one) => {
      const outcome = await holds(world, contract, one);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    });
    while (done < n && failures.length < MOST_FAILURES) {
      const numRuns = Math.min(BATCH, n - done);
      const result = await fc.check(property, {
        numRuns,
        seed: seed + done,
        maxSkipsPerRun: 0,
        interruptAfterTimeLimit: 120_000,
      });
      if (result.failed) failures.push(failureOf(result));
      const crossed = (mark: number): boolean => done < mark && done + numRuns >= mark;
      if (crossed(n / 10)) early = heapMb();
      if (progress !== undefined && crossed(Math.ceil((done + 1) / (n / 10)) * (n / 10)))
        progress(done + numRuns, heapMb());
      done += numRuns;
    }
    failures.push(...(await standing(world)));
    const facts = (await world.since(0)).length;
    const seconds = Math.round(performance.now() - began) / 1_000;
    return { cases: done, seed, seconds, outcomes, facts, failures, heapMb: [early, heapMb()] };
  } finally {
    await world.close();
  }
}

function casesFor(
  document: Readonly<Record<string, unknown>>,
  contract: Contract,
  { projections, policies }: Registry,
  overHttp: number,
): fc.Arbitrary<Case> {
  const commands = declaredCommands(document);
  const operations = contract.names.filter((name) => !name.startsWith('POST /v1/commands/'));
  const http = requestsTo({
    commands,
    operations,
    readModels: [...projections.keys()],
    policies: [...policies.values()],
  }).map((sent): Case => ({ sent }));
  const direct = fc.oneof(...commands.map(({ type, texts }) => texts.map((text): Case => ({ type, text }))));
  const weight = Math.round(overHttp * 100);
  return fc.oneof({ weight, arbitrary: http }, { weight: 100 - weight, arbitrary: direct });
}

const holds = (world: FuzzWorld, contract: Contract, one: Case): Promise<string> =>
  'sent' in one ? holdsOverHttp(world, contract, one.sent) : holdsInProcess(world, contract, one.type, one.text);

function failureOf(result: fc.RunDetails<[Case]>): Failure {
  const [example] = result.counterexample ?? [];
  const { errorInstance: error } = result;
  return {
    ...{ seed: result.seed, path: result.counterexamplePath ?? '' },
    message:
      error instanceof Error
        ? `${error.message}\n${error.name === 'Broken' ? '' : String(error.stack)}`
        : String(error),
    example: shown(example),
  };
}

function shown(example: Case | undefined): string {
  if (example === undefined || !('sent' in example)) return JSON.stringify(example)?.slice(0, 2_000) ?? '';
  const { body, ...rest } = example.sent;
  return JSON.stringify({ ...rest, body: body?.toString('latin1') }).slice(0, 2_000);
}

/**
 * Nothing that was accepted may be too much for a projection afterwards, but for sums over many amounts each of which is
 * within its limit: docs/service-developer.md says so.
 */
async function standing({ patron: { engine } }: FuzzWorld): Promise<readonly Failure[]> {
  const { projector, store } = engine;
  await projector?.allCaughtUp(await store.head());
  const statuses = (await projector?.status()) ?? [];
  return statuses
    .map(({ parked, ...rest }) => ({ ...rest, parked: parked.filter(({ reason }) => !OVERFLOW.test(reason)) }))
    .filter(({ state, parked }) => parked.length > 0 || state === 'failed' || state === 'stopped')
    .map(({ name, state, parked }) => ({
      ...{ seed: 0, path: '', message: `projection ${name} is ${state}, ${parked.length} parked` },
      example: JSON.stringify(parked.slice(0, 2)),
    }));
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMb(): number {
  collect();
  return Math.round(process.memoryUsage().heapUsed / 10_485.76) / 100;
}
