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
import { isWhole, toldBy } from '../told.js';

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
  const told = toldBy(args, { numbers: { runs: 5 }, switches: ['json'] });
  const known = ['all', ...measures.map(({ name }) => name)];
  const holds = told !== undefined && told.words.length > 0 && told.words.every((word) => known.includes(word));
  if (!holds || !isWhole(told.runs, 1)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { runs, json, words } = told;
  const chosen = measures.filter(({ name, long }) => words.includes(name) || (words.includes('all') && long !== true));
  for (const measure of chosen) {
    const missing = measure.missing?.();
    if (missing !== undefined) {
      process.stderr.write(`${measure.name} skipped: ${missing}\n`);
      continue;
    }
    const taken = await take(measure, runs);
    process.stdout.write(`${json ? JSON.stringify(taken.result) : shown(measure, taken)}\n`);
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
