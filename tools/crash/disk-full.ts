import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expecting, type Check, type Outcome } from './check.js';
import type { Sent } from './clients.js';
import { faultsOf } from './ledger.js';
import { factsIn } from './post-mortem.js';
import { Program } from './program.js';
import { replayFaults } from './replayed.js';
import { Server } from './server.js';
import { SmallDisk } from './small-disk.js';

const MEGABYTES = 32;
/** Room for some more facts, and not for what projections make of them. */
const LEFT_BYTES = 400_000;
const PATIENCE_MS = 20_000;

/** The disk is full: callers are told, nothing half written stays, and work goes on when there is room, without a restart. */
export const diskFull: Check = {
  name: 'a full disk',
  async run(folder) {
    const disk = SmallDisk.mounted(folder, MEGABYTES);
    if (disk === undefined) return { kills: 0, faults: [], skipped: 'this user cannot mount a small file system' };
    const server = new Server(join(disk.folder, 'data'));
    try {
      return await filled(disk, server);
    } finally {
      await server.end('SIGKILL');
      disk.unmount();
    }
  },
};

async function filled(disk: SmallDisk, server: Server): Promise<Outcome> {
  const faults: string[] = [];
  const sent = Array.from({ length: 90 }, (_, number) => commandOf(number));
  await server.start();
  for (const one of sent.slice(0, 30)) faults.push(...(await firstAnswer(server, one)));
  disk.fill(LEFT_BYTES);
  const refused = (await refusals(server, sent.slice(30))).filter((text) => text !== undefined);
  const stopped = await projectionErrors(server);
  faults.push(
    ...expecting(
      stopped.some((text) => /full/.test(text)),
      `projections say: ${stopped.join()}`,
    ),
  );
  faults.push(...expecting(refused.length > 0, 'a full disk was noticed by nobody'));
  for (const text of new Set(refused))
    faults.push(...expecting(/disk is full/.test(text), `a caller was told: ${text}`));
  const read = await server.fetch('/v1/customers/c-1');
  faults.push(...expecting(read.status === 200, `a customer was read with ${read.status}`));
  disk.makeSpace();
  for (const one of sent) faults.push(...(await firstAnswer(server, one)));
  await server.caughtUp();
  const restart = await restartedFull(disk, server);
  await server.caughtUp();
  await server.end('SIGTERM');
  const facts = await factsIn(server.data);
  faults.push(...restart, ...faultsOf(sent, facts), ...(await replayFaults(server.data)));
  return { kills: 1, faults, figures: { fileSystem: disk.kind, megabytes: MEGABYTES, refused: refused.length } };
}

const commandOf = (number: number): Sent => {
  const [commandId, customerId] = [`command-${number}`, `c-${number % 40}`];
  const command = number % 2 === 0 ? 'EarnPoints' : 'AddContactPoint';
  const points = { earningId: commandId, points: 10 };
  const email = { kind: 'email', value: `${commandId}@example.org` };
  return { commandId, command, attempts: 0, body: { customerId, ...(number % 2 === 0 ? points : email) } };
};

/** What the caller was told; undefined where there was room still. */
async function refusedFor(server: Server, { commandId, command, body }: Sent): Promise<string | undefined> {
  const response = await server.send(command, { ...body, commandId });
  const problem = (await response.json()) as { readonly detail?: string };
  if (response.status < 300) return undefined;
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  return [503, 507].includes(response.status) && isProblem ? String(problem.detail) : `${response.status}`;
}

async function refusals(server: Server, sent: readonly Sent[]): Promise<readonly (string | undefined)[]> {
  const told: (string | undefined)[] = [];
  for (const one of sent) told.push(await refusedFor(server, one));
  return told;
}

/** What holds projections up; looked for until there is something. */
async function projectionErrors(server: Server): Promise<readonly string[]> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(50)) {
    const response = await server.fetch('/v1/projections');
    const { items } = (await response.json()) as { readonly items: readonly { readonly error?: string }[] };
    const errors = items.flatMap(({ error }) => (error === undefined ? [] : [error]));
    if (errors.length > 0) return [...new Set(errors)];
  }
  return [];
}

/** Sends it until it is answered: there is room. */
async function firstAnswer(server: Server, sent: Sent): Promise<readonly string[]> {
  const until = Date.now() + PATIENCE_MS;
  while (sent.answered === undefined) {
    const response = await server.send(sent.command, { ...sent.body, commandId: sent.commandId });
    const { facts = [], repeated = false } = (await response.json()) as {
      facts?: { id: string }[];
      repeated?: boolean;
    };
    const { status } = response;
    if (status < 300) sent.answered = { status, facts: facts.map(({ id }) => id), repeated };
    else if (Date.now() > until) return [`${sent.commandId} was answered with ${status} though there is room`];
    else await delay(50);
  }
  return [];
}

/** Killed and started again while it is full: that says why it cannot start, and starts when there is room. */
async function restartedFull(disk: SmallDisk, server: Server): Promise<readonly string[]> {
  disk.fill();
  await server.end('SIGKILL');
  const { code, err } = await new Program(['serve', '--port', '0'], server.data).ended;
  disk.makeSpace();
  await server.start();
  return expecting(code !== 0 && /full|no space/i.test(err), `on a full disk a start ended with ${code}: ${err}`);
}
