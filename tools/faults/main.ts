import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Recorded } from '#kernel/fact.js';
import { Random } from '../bench/random.js';
import { faultsOf } from '../crash/ledger.js';
import { everyFact } from '../crash/post-mortem.js';
import { replayFaults } from '../crash/replayed.js';
import { isWhole, telling, toldBy } from '../told.js';
import { freePort, Genuine } from './genuine.js';
import { KINDS, playRound, type Kind, type Measured, type Scene } from './rounds.js';
import { Watched } from './watched.js';

const LOOKS = 3;
/** Until a second half that an outage kept back must be there; the clock ticks every hour only. */
const HALVES_MS = 60_000;

const usage = `Usage: npm run faults:eventstoredb -- --start '<command>' [--rounds N] [--only ${KINDS.join(',')}] [--seed N] [--commands N]
Takes a genuine EventStoreDB server away from a Patron under load, again and again: killed and started again on its disk
database, frozen for 30 s, absent when Patron starts. The command (or PATRON_FAULTS_START) starts a server without TLS in the
foreground; {port} and {db} in it stand for a port of 127.0.0.1 and a folder. The exit code is 1 where anything was lost,
doubled, late or did not recover.`;

interface Plan {
  readonly command: string;
  readonly rounds: number;
  readonly kinds: readonly Kind[];
  readonly seed: number;
  readonly eachSends: number;
}

function planOf(args: readonly string[]): Plan | undefined {
  const told = toldBy(args, { numbers: { rounds: 20, seed: 1, commands: 6 }, texts: ['start', 'only'] });
  if (told === undefined) return undefined;
  const { rounds, seed, commands: eachSends, start: command = process.env['PATRON_FAULTS_START'] } = told;
  const only = told.only?.split(',') ?? KINDS;
  const kinds = KINDS.filter((kind) => only.includes(kind));
  const holds = [rounds, seed, eachSends].every((one) => isWhole(one, 1)) && kinds.length === only.length;
  if (!holds || !command?.includes('{port}') || !command.includes('{db}')) return undefined;
  return { command, rounds, kinds, seed, eachSends };
}

interface Outcome {
  readonly kind: Kind;
  rounds: number;
  answered: number;
  repeated: number;
  unavailable: number;
  facts: number;
  readonly slowestMs: Record<string, number>;
  readonly faults: string[];
}

/** All rounds of a kind, on a server and a history of their own. */
async function played(kind: Kind, plan: Plan, tell: (text: string) => void): Promise<Outcome> {
  const genuine = new Genuine(plan.command, await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'patron-faults-'));
  const env = { PATRON_EVENT_STORE: genuine.url };
  const patron = new Watched(join(folder, 'data'), await freePort());
  const scene: Scene = {
    ...{ genuine, patron, env, eachSends: plan.eachSends },
    random: new Random(plan.seed),
    sent: [],
  };
  const outcome: Outcome = {
    ...{ kind, rounds: 0, answered: 0, repeated: 0, unavailable: 0, facts: 0, slowestMs: {}, faults: [] },
  };
  try {
    await genuine.start();
    await patron.start({ env });
    for (let round = 1; round <= plan.rounds; round += 1) {
      const name = `${kind}-${round}`;
      const measured = await playRound(kind, name, scene);
      const { facts, faults } = await halvesReceived(scene);
      const found = [...patron.outage.faults, ...faults, ...(await projectionFaults(scene))];
      noteRound(outcome, name, scene, measured, facts, found);
      tell(`${name}: ${JSON.stringify(measured)}, ${facts} facts, ${found.length} faults`);
    }
  } catch (error) {
    outcome.faults.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await patron.end('SIGTERM');
    await genuine.kill();
  }
  if (outcome.faults.length === 0) rmSync(folder, { recursive: true, force: true });
  if (outcome.faults.length === 0) genuine.forget();
  return outcome;
}

function noteRound(
  outcome: Outcome,
  name: string,
  { patron, sent }: Scene,
  measured: Measured,
  facts: number,
  found: string[],
) {
  const answers = sent.flatMap(({ answered }) => (answered === undefined ? [] : [answered]));
  outcome.rounds += 1;
  outcome.answered = answers.length;
  outcome.repeated = answers.filter(({ repeated }) => repeated).length;
  outcome.unavailable += patron.outage.unavailable;
  outcome.facts = facts;
  for (const [what, ms] of Object.entries({ ...measured, answerMs: patron.outage.slowestMs })) {
    outcome.slowestMs[what] = Math.max(outcome.slowestMs[what] ?? 0, Number(ms));
  }
  outcome.faults.push(...found.map((fault) => `${name}: ${fault}`));
}

/** A tick of the clock may append between two looks: what stands still is behind at the third look, too. */
async function projectionFaults({ patron, env }: Scene): Promise<readonly string[]> {
  for (let look = 1; ; look += 1) {
    await patron.caughtUp();
    const faults = await replayFaults(patron.data, { env });
    if (faults.length === 0 || look === LOOKS) return faults;
  }
}

/** What the log lacks or has twice, once every transfer is received whose second half an outage kept back. */
async function halvesReceived({ genuine, sent }: Scene): Promise<{ facts: number; faults: readonly string[] }> {
  for (const until = Date.now() + HALVES_MS; ; await delay(500)) {
    const facts = await factsOn(genuine.url);
    const faults = faultsOf(sent, facts);
    if (!faults.some(isUnderWay) || Date.now() > until) return { facts: facts.length, faults };
  }
}

const isUnderWay = (fault: string): boolean => fault.endsWith('was sent and never received');

async function factsOn(url: string): Promise<readonly Recorded[]> {
  const { EventStoreDBEventStore } = await import('#adapters/eventstoredb/eventstoredb-event-store.js');
  return everyFact(await EventStoreDBEventStore.open({ url, mode: 'read' }));
}

async function main(args: readonly string[]): Promise<number> {
  const plan = planOf(args);
  if (plan === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { seconds, tell } = telling();
  const outcomes: Outcome[] = [];
  for (const kind of plan.kinds) {
    outcomes.push(await played(kind, plan, tell));
  }
  process.stdout.write(`${JSON.stringify({ seed: plan.seed, seconds: seconds(), outcomes }, null, 2)}\n`);
  return outcomes.every(({ faults, rounds }) => faults.length === 0 && rounds === plan.rounds) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
