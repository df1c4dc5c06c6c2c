import { a64Afternoon, rAfternoon } from './afternoon.js';
import { a1, a64 } from './appends.js';
import { c1, c64 } from './commands.js';
import { e128, eAll } from './eventstoredb.js';
import { http, oneCustomer } from './http.js';
import { importDurable, importProjected, memory } from './imports.js';
import { take, type Measure } from './measure.js';
import { ndjson } from './ndjson.js';
import { pastOne } from './past.js';
import { rAll, rOne } from './rebuilds.js';
import { live } from './live.js';
import { scaleMeasures } from './scale.js';
import { sCached, sCold, sKilled } from './streams.js';

const measures: readonly Measure[] = [
  ...[a1, a64, a64Afternoon, c1, c64, sCold, sKilled, sCached, rOne, rAfternoon, rAll],
  pastOne,
  ...[http, oneCustomer, ndjson, importDurable, importProjected, memory, e128, eAll],
  ...scaleMeasures,
  live,
];

const usage = `Usage: npm run bench -- <name>|all [--json] [--runs N]
${measures.map(({ name, about, long }) => `  ${name.padEnd(18)} ${about}${long === true ? ' (not in all)' : ''}`).join('\n')}
A benchmark prints; it never fails.`;

/** Median of `runs` for each measure that was asked for. */
async function main(args: readonly string[]): Promise<number> {
  const runsAt = args.indexOf('--runs');
  const runs = runsAt < 0 ? 5 : Number(args[runsAt + 1]);
  const names = args.filter((arg, at) => !arg.startsWith('--') && (runsAt < 0 || at !== runsAt + 1));
  const chosen = measures.filter(({ name, long }) => names.includes(name) || (names.includes('all') && long !== true));
  if (chosen.length === 0 || !(runs >= 1)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  for (const measure of chosen) {
    const missing = measure.missing?.();
    if (missing !== undefined) {
      process.stderr.write(`${measure.name} skipped: ${missing}\n`);
      continue;
    }
    const taken = await take(measure, runs);
    process.stdout.write(`${args.includes('--json') ? JSON.stringify(taken.result) : shown(measure, taken)}\n`);
  }
  return 0;
}

function shown({ name, wanted }: Measure, { result, beside }: Awaited<ReturnType<typeof take>>): string {
  const against = result.limit === null ? '' : `  limit ${result.limit}  ratio ${result.ratio}`;
  const sign = wanted?.at === 'most' ? '≤' : '≥';
  const goal =
    wanted === undefined
      ? ''
      : `  wanted ${sign} ${wanted.value ?? wanted.ratio}${wanted.value === undefined ? ' ×' : ''}`;
  const seen = Object.entries(beside ?? {}).map(([what, value]) => `  ${what} ${value}`);
  return `${name.padEnd(18)} ${result.value} ${result.unit}${against}${goal}${seen.join('')}  (median of ${result.runs})`;
}

process.exitCode = await main(process.argv.slice(2));
