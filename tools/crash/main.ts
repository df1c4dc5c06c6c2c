import type { Check } from './check.js';
import { checked, checks, type Checked } from './checks.js';
import { skipped } from './kills.js';
import { playRounds, type Plan } from './rounds.js';

const usage = `Usage: npm run crash -- [--rounds N] [--seed N] [--kills N] [--no-checks | --check <words>] [--json]
Kills imports and servers at work again and again; the exit code is 1 where a fact was lost or doubled.`;

function planOf(args: readonly string[]): Plan | undefined {
  const number = (name: string, otherwise: number): number => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const [rounds, seed, kills] = [number('rounds', 10), number('seed', 1), number('kills', 3)];
  const eachSends = number('commands', 12);
  const whole = [rounds, seed, kills, eachSends].every((one) => Number.isSafeInteger(one) && one >= 0);
  return whole && kills >= 1 ? { rounds, seed, kills, atOnce: 2, eachSends } : undefined;
}

async function main(args: readonly string[]): Promise<number> {
  const plan = planOf(args);
  if (plan === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 100) / 10;
  const tell = (text: string): boolean => process.stderr.write(`${seconds()} s  ${text}\n`);
  const tally = await playRounds(plan, tell);
  const named: Checked[] = [];
  for (const check of wanted(args)) {
    named.push(await checked(check));
    tell(check.name);
  }
  const report = { rounds: plan.rounds, seed: plan.seed, ...tally, checks: named, skipped, seconds: seconds() };
  process.stdout.write(`${JSON.stringify(report, null, args.includes('--json') ? 0 : 2)}\n`);
  return [...tally.faults, ...named.flatMap(({ faults }) => faults)].length === 0 ? 0 : 1;
}

function wanted(args: readonly string[]): readonly Check[] {
  const at = args.indexOf('--check');
  const words = at < 0 ? '' : (args[at + 1] ?? '');
  return args.includes('--no-checks') ? [] : checks.filter(({ name }) => name.includes(words));
}

process.exitCode = await main(process.argv.slice(2));
