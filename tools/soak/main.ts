import { machine } from '../bench/measure.js';
import { isWhole, toldBy } from '../told.js';
import type { Sample } from './sample.js';
import { soak, type SoakReport } from './soak.js';

const usage = `Usage: npm run soak -- --minutes <n> [--rate <commands a second>] [--every <seconds>] [--seed N] [--json]
Holds a server under a steady load and says what rises. The exit code is 1 where an answered fact was lost; never for a timing.`;

const COLUMNS: readonly (readonly [name: keyof Sample, digits: number])[] = [
  ...([
    ['minute', 1],
    ['done', 0],
    ['refused', 0],
    ['failed', 0],
    ['rssMb', 0],
    ['heapMb', 0],
  ] as const),
  ...([
    ['logMb', 1],
    ['readModelsMb', 1],
    ['walMb', 1],
    ['lag', 0],
    ['p50', 1],
    ['p99', 1],
    ['readP99', 1],
  ] as const),
];
const WIDTH = 13;

async function main(args: readonly string[]): Promise<number> {
  const told = toldBy(args, { numbers: { minutes: 60, rate: 200, every: 60, seed: 1 }, switches: ['json'] });
  if (told === undefined || !isWhole(told.seed, 0) || Math.min(told.minutes, told.rate, told.every) <= 0) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { minutes, rate: commandsPerSecond, every, seed, json } = told;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const plan = { minutes, commandsPerSecond, every };
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  if (!json) say(COLUMNS.map(([name]) => name.padStart(WIDTH)).join(''));
  const report = await soak({
    ...plan,
    seed,
    signal: stop.signal,
    tell: (sample) => say(json ? JSON.stringify(sample) : row(sample)),
  });
  say(json ? JSON.stringify({ ...report, samples: undefined, ...plan, seed, machine }) : shown(report));
  return report.lost === 0 ? 0 : 1;
}

const row = (sample: Sample): string =>
  COLUMNS.map(([name, digits]) => sample[name].toFixed(digits).padStart(WIDTH)).join('');

const shown = ({ trends, commands, facts, lost }: SoakReport): string =>
  [
    ...trends.map(({ what, words }) => `${what.padEnd(6)} ${words}`),
    `${commands} commands, ${facts} facts in the log, ${lost} answered facts lost`,
  ].join('\n');

process.exitCode = await main(process.argv.slice(2));
