import { loadConfig } from '#runtime/config.js';
import { placeOf } from '#runtime/copy.js';
import { Exit } from '#runtime/exit.js';
import { mirror, type MirrorStatus } from '#runtime/mirror.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { ProgressLine } from '../frame/progress.js';
import type { World } from '../frame/world.js';

export const mirrorCommand = defineCommand({
  usage: 'patron mirror --from <store> --data <folder>',
  about: "Follow a server's history into a local folder, to read, replay and fold there without burdening the server.",
  example: "patron mirror --from 'esdb://db.internal:2113?history=shop' --data ./mirror",
  args: [],
  flags: {
    from: { value: 'url|folder', about: 'What to follow (PATRON_EVENT_STORE, which hides a password).' },
    data: { value: 'folder', about: 'The mirror: empty, new, or one of this history.' },
    keys: where.keys,
    once: { about: 'Catch up, fold, and end.' },
    logOnly: { about: 'Do not fold read models here.' },
    ...asJson,
  },
  async run({ flags }, world) {
    if (flags.data === undefined) throw new UsageError('--data names the folder of the mirror.');
    const from = flags.from ?? world.env['PATRON_EVENT_STORE'] ?? '';
    if (from.trim() === '') throw new UsageError('--from names what to follow: esdb://… or a data folder.');
    const { data, keys, once, logOnly } = flags;
    const config = { ...loadConfig({ flags: { data, keys }, env: world.env }), eventStore: 'embedded' };
    const said = sayer(world, flags.json);
    await mirror(config, placeOf(from), { once, logOnly, signal: world.signal, tell: said.tell }).finally(said.clear);
    return Exit.ok;
  },
});

/** A line where something changes, and a line of progress while it catches up. */
function sayer(world: World, json: boolean) {
  const progress = new ProgressLine(world.terminal, world.errText);
  let last = '';
  let began: number | undefined;
  const tell = (status: MirrorStatus, taken: number): void => {
    const { state, position, head } = status;
    began ??= position;
    if (state === 'catching up')
      progress.show('mirroring', head === 0 ? 1 : (position - began) / Math.max(1, head - began), taken, 'facts');
    const key = `${state} ${status.error ?? ''}`;
    if (key === last) return;
    last = key;
    progress.clear();
    if (json) world.out(JSON.stringify(status));
    else world.out(saidOf(status));
  };
  return { tell, clear: () => progress.clear() };
}

export function saidOf({ state, from, position, behind, wholeAt, error }: MirrorStatus): string {
  switch (state) {
    case 'catching up':
      return `Catching up with ${from}: ${behind.toLocaleString('en-US')} positions behind.`;
    case 'following':
      return `Holds all there is in ${from}, up to position ${position}; following.`;
    case 'waiting':
      return `${error ?? 'The source does not answer.'} Trying again.`;
    case 'ended':
      return `Ended at position ${position} of ${from}; it held all there was at ${wholeAt ?? 'no time yet'}.`;
  }
}
