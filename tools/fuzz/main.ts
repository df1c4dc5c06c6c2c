import { fuzz, type FuzzReport } from './fuzz.js';

const usage = `Usage: npm run fuzz -- --n <cases> [--seed <number>] [--http <share>] [--store embedded|memory] [--json]
Tries hostile commands and requests on a Patron of its own; exit 1 when a promise was broken.`;

const { argv } = process;
const flag = (name: string): string | undefined => {
  const at = argv.indexOf(`--${name}`);
  return at < 0 ? undefined : argv[at + 1];
};

async function main(): Promise<number> {
  const n = Number(flag('n') ?? 50_000);
  const seed = Number(flag('seed') ?? Date.now() % 1_000_000_000);
  const overHttp = Number(flag('http') ?? 0.3);
  const store = flag('store') ?? 'embedded';
  if (
    !(n >= 1) ||
    !Number.isSafeInteger(seed) ||
    !(overHttp >= 0 && overHttp <= 1) ||
    !/^(embedded|memory)$/.test(store)
  ) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const progress = (done: number, heap: number): void =>
    void process.stderr.write(
      `${done} cases, ${heap} MB heap, ${Math.round(process.memoryUsage.rss() / 1e6)} MB resident\n`,
    );
  const report = await fuzz({ n, seed, overHttp, store: store as 'embedded' | 'memory', progress });
  process.stdout.write(argv.includes('--json') ? `${JSON.stringify(report)}\n` : `${shown(report)}\n`);
  return report.failures.length === 0 ? 0 : 1;
}

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

process.exitCode = await main();
