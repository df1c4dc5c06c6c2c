import { copy, placeOf, shownPlace } from '#runtime/copy.js';
import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { ProgressLine } from '../frame/progress.js';
import type { World } from '../frame/world.js';

export const copyCommand = defineCommand({
  usage: 'patron copy --from <store> --to <store>',
  about: 'Copy a whole history into another store, compared fact by fact at the end; run again, it goes on.',
  example: "patron copy --from ./patron-data --to 'esdb://db.internal:2113?history=shop'",
  args: [],
  flags: {
    from: { value: 'folder|url', about: 'A data folder, or esdb://… (PATRON_COPY_FROM, which hides a password).' },
    to: { value: 'folder|url', about: 'The same, empty or holding a part of this history (PATRON_COPY_TO).' },
    ...asJson,
  },
  async run({ flags }, world) {
    const from = placeOf(given('from', flags.from, world));
    const to = placeOf(given('to', flags.to, world));
    const progress = new ProgressLine(world.terminal, world.errText);
    const copied = await copy(from, to, {
      tell: (phase, share, facts) => progress.show(phase, share, facts, 'facts'),
      signal: world.signal,
    }).finally(() => {
      progress.clear();
      if (world.signal.aborted) world.err('Stopped; the same command goes on from there.');
    });
    if (flags.json) {
      world.out(JSON.stringify({ from: shownPlace(from), to: shownPlace(to), ...copied }));
      return Exit.ok;
    }
    const { facts, taken, storeId, positions, digest } = copied;
    world.out(
      `${counted(facts)} facts of history ${storeId} are in ${shownPlace(to)}; ${counted(taken)} were copied now`,
    );
    world.out(`last position  ${positions.source} in the source, ${positions.copy} in the copy`);
    world.out(`digest         ${digest}, the same in both`);
    world.out(
      'Keys and tokens are not copied: give the copy the same keys (--keys), or its personal fields stay sealed.',
    );
    return Exit.ok;
  },
});

const counted = (count: number): string => count.toLocaleString('en-US');

/** @throws {UsageError} */
function given(name: 'from' | 'to', flag: string | undefined, { env }: World): string {
  const value = flag ?? env[`PATRON_COPY_${name.toUpperCase()}`] ?? '';
  if (value.trim() === '') throw new UsageError(`--${name} names a data folder or esdb://… to copy ${name}.`);
  return value;
}
