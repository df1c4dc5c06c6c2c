import { DomainError } from '#kernel/errors.js';
import { Exit, exitOf } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { bodyFrom, linesFrom } from '../frame/input.js';
import type { Access, Answered } from '../access/access.js';
import type { World } from '../frame/world.js';

export const send = defineCommand({
  usage: "patron send <Command> '<json>' | patron send <Command> - | patron send -",
  about: 'Send a command; with - its JSON, or many as NDJSON with their names under "command", from standard input.',
  example: `patron send RegisterCustomer '{"customerId":"c-1"}'`,
  args: ['Command', 'json?'],
  flags: {
    commandId: { value: 'id', about: 'Your name for this request: sent again it is done once.' },
    ifMatch: { value: 'revision', about: 'Only if the customer is still at this revision.' },
    dryRun: { about: 'Show the facts it would append; append nothing.' },
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    const { commandId, ifMatch, dryRun } = flags;
    if (ifMatch !== undefined && !/^-?\d{1,15}$/.test(ifMatch))
      throw new UsageError('--if-match takes a revision, such as 7.');
    const options = { dryRun, ...(ifMatch !== undefined && { ifMatch: Number(ifMatch) }) };
    if (args.Command === '-') {
      if (commandId !== undefined || ifMatch !== undefined)
        throw new UsageError('Put commandId and ifMatch into the lines.');
      return sendLines(await world.patron(flags, 'bulk'), world, dryRun);
    }
    const body = await bodyFrom(args.json, world.stdin);
    const patron = await world.patron(flags, 'write');
    const receipt = await patron.submit({
      ...{ type: args.Command, body, ...options },
      ...(commandId !== undefined && { commandId }),
    });
    if (flags.json) world.out(JSON.stringify(receipt));
    else show(receipt, world);
    return Exit.ok;
  },
});

/** One result a line, in order; goes on behind a refusal. */
async function sendLines(patron: Access, world: World, dryRun: boolean): Promise<Exit> {
  let worst: Exit = Exit.ok;
  for await (const { line, value } of linesFrom(world.stdin)) {
    world.signal.throwIfAborted();
    try {
      if (value === undefined) throw new UsageError('is no JSON object with a "command"');
      const { command, ifMatch, ...body } = value;
      const receipt = await patron.submit({
        ...{ type: String(command), body, dryRun },
        ...(typeof ifMatch === 'number' && { ifMatch }),
      });
      await world.write(`${JSON.stringify({ line, ...receipt })}\n`);
    } catch (error) {
      if (!(error instanceof DomainError) && !(error instanceof UsageError)) throw error;
      const code = error instanceof DomainError ? error.code : 'request.invalid';
      await world.write(`${JSON.stringify({ line, code, detail: error.message })}\n`);
      worst = error instanceof DomainError ? exitOf(error) : Exit.invalid;
    }
  }
  return worst;
}

function show(receipt: Answered, { out, terminal }: World): void {
  const { commandId, revision, position, facts, repeated, dryRun, clock, policy } = receipt as {
    readonly [name: string]: unknown;
    readonly facts: readonly {
      readonly type: string;
      readonly revision: number;
      readonly occurredAt: string;
      readonly data: unknown;
    }[];
  };
  const did =
    dryRun === true
      ? 'would append'
      : repeated === true
        ? 'was done before'
        : facts.length > 0
          ? 'appended'
          : 'changed nothing';
  out(
    `${terminal.paint('bold', String(commandId))} ${did}; revision ${String(revision)}, position ${String(position)}`,
  );
  for (const fact of facts)
    out(`  ${fact.revision} ${terminal.paint('cyan', fact.type)} ${fact.occurredAt} ${JSON.stringify(fact.data)}`);
  for (const state of [clock, policy]) if (state !== undefined) out(`  ${JSON.stringify(state)}`);
}
