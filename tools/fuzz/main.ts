import { boundGarbage } from '#runtime/heap-growth.js';
import { isWhole, toldBy } from '../told.js';
import { fuzz, type FuzzReport } from './fuzz.js';

const usage = `Usage: npm run fuzz -- --n <cases> [--seed <number>] [--http <share>] [--store embedded|memory] [--json]
Tries hostile commands and requests on a Patron of its own; exit 1 when a promise was broken.`;

const STORES = ['embedded', 'memory'] as const;

boundGarbage(); // as a server does: what lies about otherwise hides what grows

async function main(args: readonly string[]): Promise<number> {
  const told = toldBy(args, {
    numbers: { n: 50_000, seed: Date.now() % 1_000_000_000, http: 0.3 },
    texts: ['store'],
    switches: ['json'],
  });
  const store = STORES.find((one) => one === (told?.store ?? 'embedded'));
  if (
    told === undefined ||
    store === undefined ||
    !isWhole(told.n, 1) ||
    !isWhole(told.seed, 0) ||
    !isShare(told.http)
  ) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { n, seed, http: overHttp, json } = told;
  const progress = (done: number, heap: number): void =>
    void process.stderr.write(
      `${done} cases, ${heap} MB heap, ${Math.round(process.memoryUsage.rss() / 1e6)} MB resident\n`,
    );
  const report = await fuzz({ n, seed, overHttp, store, progress });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${shown(report)}\n`);
  return report.failures.length === 0 ? 0 : 1;
}

const isShare = (value: number): boolean => value >= 0 && value <= 1;

function shown({ cases, seed, seconds, outcomes, facts, failures, heapMb: [early, end] }: FuzzReport): string {
  const counts = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  return [
    ...counts.map(([outcome, count]) => `${String(count).padStart(8)}  ${outcome}`),
    ...failures.map(
      ({ message, example, ...at }) => `BROKEN ${message}\n  seed ${at.seed} path ${at.path}\n  ${example}`,
    ),
    `${cases} cases, seed ${seed}, ${seconds} s, ${facts} facts; heap ${early} MB early, ${end} MB at the end; ${failures.length} broken`,
  ].join('\n');
}

process.exitCode = await main(process.argv.slice(2));
