import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileToImport, importRound, undisturbed, type Undisturbed } from './importing.js';
import { usable, type Method } from './kills.js';
import { servingRound, type Round } from './serving.js';
import { Tally } from './tally.js';

export interface Plan {
  readonly rounds: number;
  readonly seed: number;
  /** Kills of each round. */
  readonly kills: number;
  /** Rounds at the same time. */
  readonly atOnce: number;
  readonly eachSends: number;
}

/** Every third round kills an import, the others a server. */
const EVERY = 3;

/** @param tell  Is told of every round that ended. */
export async function playRounds(plan: Plan, tell: (text: string) => void): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'patron-crash-'));
  const tally = new Tally();
  try {
    const expected = plan.rounds >= EVERY ? await references(folder, plan) : [];
    const numbers = Array.from({ length: plan.rounds }, (_, number) => number).values();
    const worker = async (): Promise<void> => {
      for (const number of numbers) {
        const round = roundOf(number, plan, folder);
        const isImport = number % EVERY === EVERY - 1;
        const reference = expected[Math.floor(number / EVERY) % Math.max(1, expected.length)];
        mkdirSync(join(folder, round.name));
        if (isImport && reference !== undefined) await importRound(round, reference, tally);
        else await servingRound(round, tally);
        if (tally.faults.length === 0) rmSync(join(folder, round.name), { recursive: true });
        tell(`${round.name} (${isImport ? 'import' : 'serving'}; signal, ${round.methods.join(', ')})`);
      }
    };
    await Promise.all(Array.from({ length: plan.atOnce }, worker));
    return tally;
  } finally {
    if (tally.faults.length === 0) rmSync(folder, { recursive: true, force: true });
    else tell(`what was left behind is in ${folder}`);
  }
}

/** Many rounds are worth the sample of CDNOW beside the file of our own. */
async function references(folder: string, { rounds, seed }: Plan): Promise<readonly Undisturbed[]> {
  const own = fileToImport(folder, seed, false);
  const files = [...new Set([own, ...(rounds >= 20 ? [fileToImport(folder, seed, true)] : [])])];
  const expected: Undisturbed[] = [];
  for (const [at, file] of files.entries()) expected.push(await undisturbed(file, join(folder, `undisturbed-${at}`)));
  return expected;
}

/** Each kill by another method, so that none is missing from a run of some rounds. */
function roundOf(number: number, { seed, kills, eachSends }: Plan, folder: string): Round {
  const name = `round-${number + 1}`;
  const others = usable.filter((method) => method !== 'signal');
  const first = Math.floor(number / EVERY) * (kills - 1) * 2 + (number % EVERY) * (kills - 1);
  const methods = Array.from({ length: kills - 1 }, (_, at) => others[(first + at) % others.length] as Method);
  return { name, data: join(folder, name, 'data'), seed: seed * 1_000 + number, methods, eachSends };
}
