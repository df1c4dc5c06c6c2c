import { isWhole, telling, toldBy } from '../told.js';
import { checked, checks, type Checked } from './checks.js';
import { skipped } from './kills.js';
import { playRounds } from './rounds.js';

const usage = `Usage: npm run crash -- [--rounds N] [--seed N] [--kills N] [--commands N] [--no-checks | --check <words>] [--json]
Kills imports and servers at work again and again; the exit code is 1 where a fact was lost or doubled.`;

async function main(args: readonly string[]): Promise<number> {
  const told = toldBy(args, {
    numbers: { rounds: 10, seed: 1, kills: 3, commands: 12 },
    texts: ['check'],
    switches: ['json', 'no-checks'],
  });
  const wanted = told?.['no-checks'] === true ? [] : checks.filter(({ name }) => name.includes(told?.check ?? ''));
  if (told === undefined || !holds(told) || (told.check !== undefined && wanted.length === 0)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { rounds, seed, kills, commands: eachSends, json } = told;
  const { seconds, tell } = telling();
  const tally = await playRounds({ rounds, seed, kills, atOnce: 2, eachSends }, tell);
  const named: Checked[] = [];
  for (const check of wanted) {
    named.push(await checked(check));
    tell(check.name);
  }
  const report = { rounds, seed, ...tally, checks: named, skipped, seconds: seconds() };
  process.stdout.write(`${JSON.stringify(report, null, json ? 0 : 2)}\n`);
  return [...tally.faults, ...named.flatMap(({ faults }) => faults)].length === 0 ? 0 : 1;
}

type Numbers = Readonly<Record<'rounds' | 'seed' | 'kills' | 'commands', number>>;
const holds = ({ rounds, seed, kills, commands }: Numbers): boolean =>
  [rounds, seed, commands].every((one) => isWhole(one, 0)) && isWhole(kills, 1);

process.exitCode = await main(process.argv.slice(2));
