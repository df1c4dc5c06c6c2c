import type { Explanation, ListedFact } from '#engine/explanation.js';
import { Exit } from '#runtime/exit.js';
import { asOfFlags, asOfIn } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { table, type Terminal } from '../frame/terminal.js';

const DAY = 10;

export const why = defineCommand({
  usage: 'patron why <customer> <statement> [which]',
  about:
    'Explain what is said of a customer: stage, tier (value or loyalty), balance, or alert (each open one, or one by its ' +
    'reason or name).',
  example: 'patron why c-1 stage',
  args: ['customer', 'statement', 'which?'],
  flags: { ...asOfFlags, ...asJson, ...where },
  async run({ args, flags }, world) {
    const asOf = asOfIn(flags.asOf, flags.by);
    const patron = await world.patron(flags, 'read');
    const found = await patron.why(args.customer, args.statement, args.which, asOf);
    if (flags.json) {
      for (const explanation of found) world.out(JSON.stringify(explanation));
      return Exit.ok;
    }
    for (const [index, explanation] of found.entries()) {
      if (index > 0) world.out('');
      for (const line of drawn(explanation, world.terminal)) world.out(line);
    }
    return Exit.ok;
  },
});

function drawn(explanation: Explanation, { paint }: Terminal): readonly string[] {
  const { says, follows, rules, facts, next } = explanation;
  const section = (name: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', paint('bold', name), ...lines.map((line) => `  ${line}`)];
  const byRule = rules.map(
    ({ policy, version, effectiveFrom, words }) =>
      `${words} (policy ${policy} ${version}, in force from ${effectiveFrom.slice(0, DAY)})`,
  );
  const decisive = facts.filter((fact) => fact.decisive);
  const without = decisive.map(
    ({ revision, without: other }) => `without fact ${revision}: ${other === null ? 'nothing of this' : other}`,
  );
  return [
    paint('bold', says),
    ...follows.map((line) => `  ${line}`),
    ...section('rules', byRule),
    ...section('facts', [...listed(explanation)]),
    ...section('decisive, each by itself', without.length > 0 ? without : facts.length > 0 ? ['none'] : []),
    ...section('next', [
      next === null
        ? 'time alone changes nothing'
        : `on ${next.at.slice(0, DAY)}, if nothing happens before: ${next.says}`,
    ]),
  ];
}

/** In the order of the log: a fact that was said late stands where it was said. */
function listed({ facts, earlier }: Explanation): readonly string[] {
  const rows = facts.map(({ revision, occurredAt, what, amount, decisive }: ListedFact) => [
    ...[String(revision), occurredAt.slice(0, DAY), decisive ? '*' : '', what, amount ?? ''],
  ]);
  if (earlier !== null) {
    const { facts: count, lastRevision, firstAt, lastAt, decisive } = earlier;
    const what = `${count.toLocaleString('en')} facts before, ${firstAt.slice(0, DAY)} to ${lastAt.slice(0, DAY)}`;
    rows.unshift([`≤ ${lastRevision}`, lastAt.slice(0, DAY), decisive ? '*' : '', what, '']);
  }
  return rows.length === 0 ? [] : table(['fact', 'day', '*', 'what happened', ''], rows);
}
