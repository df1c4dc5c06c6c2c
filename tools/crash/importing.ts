import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { customerOf, type Recorded } from '#kernel/fact.js';
import { Random } from '../bench/random.js';
import { killOf } from './kills.js';
import { faultsOfLog } from './ledger.js';
import { factsIn, postMortem } from './post-mortem.js';
import { Program, ran } from './program.js';
import { replayFaults } from './replayed.js';
import type { Round } from './serving.js';
import type { Tally } from './tally.js';

const mapping = fileURLToPath(new URL('../../../docs/mappings/cdnow-sample.json', import.meta.url));
const sample = fileURLToPath(new URL('../../../../shared/data/cdnow/CDNOW_sample.txt.gz', import.meta.url));
const ROWS = 800;
const CUSTOMERS = 300;
const DAYS = 40;

/** What an import gives that nobody disturbs. */
export interface Undisturbed {
  readonly file: string;
  readonly ms: number;
  /** What happened to each customer, in order. */
  readonly lives: Readonly<Record<string, string>>;
}

/** The published sample of CDNOW where it is there and wanted, else rows of our own making in its form. */
export function fileToImport(folder: string, seed: number, wantSample: boolean): string {
  if (wantSample && existsSync(sample)) return sample;
  const random = new Random(seed);
  const rows = Array.from({ length: ROWS }, () => {
    const [customer, day] = [random.whole(1, CUSTOMERS), random.whole(0, DAYS)];
    const date = new Date(Date.UTC(1997, 0, 1) + day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    return ` ${String(customer).padStart(5, '0')} 0001 ${date} ${random.whole(1, 5)} ${random.whole(5, 90)}.33`;
  });
  const file = `${folder}/rows.txt`;
  writeFileSync(file, `${rows.sort().join('\n')}\n`);
  return file;
}

const words = (file: string): readonly string[] => [
  ...['import', file, '--mapping', mapping, '--clock', file === sample ? '1998-07-01' : '1997-03-01'],
  ...['--json', '--rejects', '/dev/null'],
];

export async function undisturbed(file: string, data: string): Promise<Undisturbed> {
  const began = performance.now();
  await ran(words(file), data);
  const ms = performance.now() - began;
  return { file, ms, lives: livesIn(await factsIn(data)) };
}

/** An import is killed again and again, and begun again each time; then it must have given what an undisturbed one gives. */
export async function importRound(round: Round, expected: Undisturbed, tally: Tally): Promise<void> {
  const { name, data, seed, methods } = round;
  const random = new Random(seed);
  for (const method of ['signal', ...methods] as const) {
    const kill = killOf(method, random, data);
    const importing = new Program(words(expected.file), data, kill.running);
    if (method === 'signal') {
      await Promise.race([delay(expected.ms * (0.4 + 0.6 * random.next())), importing.ended]);
      await importing.end('SIGKILL');
    }
    const { code, signal, err } = await importing.ended;
    if (signal === 'SIGKILL' || code === 137) tally.note(method, await postMortem(data));
    else if (code === 0) tally.missed += 1;
    else tally.fault(name, [`the import ended with ${signal ?? code}: ${err}`]);
  }
  await ran(words(expected.file), data);
  const facts = await factsIn(data);
  tally.facts += facts.length;
  tally.fault(name, [
    ...faultsOfLog(facts),
    ...(await replayFaults(data)),
    ...differences(livesIn(facts), expected.lives),
  ]);
}

/**
 * The history of each customer, with places instead of ids: a tick that was interrupted is made good by the next, and what
 * it owed is appended under the next one's name.
 */
function livesIn(facts: readonly Recorded[]): Readonly<Record<string, string>> {
  const places = new Map(facts.map(({ id, stream, revision }) => [id, `${stream} ${revision}`]));
  const lives: Record<string, string> = {};
  for (const { stream, type, occurredAt, data } of facts) {
    if (customerOf(stream) === '') continue;
    const body = JSON.stringify(data, (_, value: unknown) => places.get(String(value)) ?? value);
    lives[stream] = `${lives[stream] ?? ''}${type} ${occurredAt} ${body}\n`;
  }
  return lives;
}

function differences(found: Undisturbed['lives'], expected: Undisturbed['lives']): readonly string[] {
  const streams = new Set([...Object.keys(found), ...Object.keys(expected)]);
  return [...streams]
    .filter((stream) => found[stream] !== expected[stream])
    .map((stream) => `${stream} is not what an undisturbed import gives`);
}
