import { machine } from '../bench/measure.js';
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

const { argv } = process;
const number = (name: string, otherwise: number): number => {
  const at = argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(argv[at + 1]);
};

async function main(): Promise<number> {
  const plan = { minutes: number('minutes', 60), commandsPerSecond: number('rate', 200), every: number('every', 60) };
  const seed = number('seed', 1);
  if (!Object.values(plan).every((value) => value > 0 && Number.isFinite(value)) || !Number.isSafeInteger(seed)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const json = argv.includes('--json');
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  if (!json) say(COLUMNS.map(([name]) => name.padStart(WIDTH)).join(''));
  const report = await soak({ ...plan, seed, tell: (sample) => say(json ? JSON.stringify(sample) : row(sample)) });
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

process.exitCode = await main();
