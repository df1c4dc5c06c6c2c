import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { wholeIn } from './read.js';

const PAGE = 1_000;

export const streamShow = defineCommand({
  usage: 'patron stream show <stream>',
  about: 'Print the facts of one stream, oldest first, one JSON object a line; personal fields stay sealed.',
  example: 'patron stream show customer-c-1',
  args: ['stream'],
  flags: {
    from: { value: 'revision', about: 'First revision wanted (default 0).' },
    limit: { value: 'n', about: 'Most facts (default all).' },
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    let from = wholeIn('--from', flags.from) ?? 0;
    let left = wholeIn('--limit', flags.limit) ?? Infinity;
    const patron = await world.patron(flags, 'read');
    let shown = 0;
    while (left > 0) {
      const asked = Math.min(PAGE, left);
      const facts = await patron.stream(args.stream, from, asked);
      if (facts.length > 0) await world.write(facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
      shown += facts.length;
      left -= facts.length;
      from += facts.length;
      if (facts.length < asked) break;
    }
    if (shown > 0) return Exit.ok;
    world.err(`There is nothing in stream ${args.stream}.`);
    return Exit.notFound;
  },
});
