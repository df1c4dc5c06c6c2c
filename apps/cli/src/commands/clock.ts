import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where, type Given } from '../frame/define-command.js';
import type { World } from '../frame/world.js';
import type { GateClock } from '../import/gate.js';

const flags = { ...asJson, ...where };

export const clockShow = defineCommand({
  usage: 'patron clock show',
  about: 'Show business time: now, how far it has come, where it stands still.',
  example: 'patron clock show',
  args: [],
  flags,
  async run(given, world) {
    const patron = await world.patron(given.flags, 'read');
    return shown(await patron.clock(), given.flags.json, world);
  },
});

export const clockAdvance = defineCommand({
  usage: 'patron clock advance <to>',
  about: 'Bring business time on to an instant or the start of a day; what time owes up to then is appended.',
  example: 'patron clock advance 2026-03-02',
  args: ['to'],
  flags,
  run: (given, world) => turned('AdvanceClock', { to: given.args.to }, given, world),
});

export const clockFix = defineCommand({
  usage: 'patron clock fix <at>',
  about: 'Let business time stand still at an instant or the start of a day until it is lifted.',
  example: 'patron clock fix 1998-07-01',
  args: ['at'],
  flags,
  run: (given, world) => turned('FixClock', { at: given.args.at }, given, world),
});

export const clockLift = defineCommand({
  usage: 'patron clock lift',
  about: "Let business time follow the machine's clock again.",
  example: 'patron clock lift',
  args: [],
  flags,
  run: (given, world) => turned('LiftClock', {}, given, world),
});

async function turned(
  type: string,
  body: object,
  given: Pick<Given<[], typeof flags>, 'flags'>,
  world: World,
): Promise<Exit> {
  const patron = await world.patron(given.flags, 'write');
  const { clock } = (await patron.submit({ type, body })) as { readonly clock?: GateClock };
  return shown(clock ?? (await patron.clock()), given.flags.json, world);
}

function shown(clock: GateClock, json: boolean, world: World): Exit {
  if (json) world.out(JSON.stringify(clock));
  else {
    world.out(`now    ${clock.now}${clock.fixedAt === null ? '' : ' (stands still)'}`);
    world.out(`come   ${clock.to}`);
    world.out(`zone   ${clock.zone}`);
  }
  return Exit.ok;
}
