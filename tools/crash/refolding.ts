import { cpSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expecting, type Check } from './check.js';
import { fileToImport, undisturbed } from './importing.js';
import type { KillPoint } from './kill-point.js';
import { Program, ran } from './program.js';
import { replayFaults } from './replayed.js';
import { Server } from './server.js';

const MODEL = 'loyalty_balance';

async function history(folder: string): Promise<string> {
  const data = join(folder, 'history');
  await undisturbed(fileToImport(folder, 1, false), data);
  return data;
}

function copied(from: string, to: string): string {
  for (const side of ['', '.keys']) cpSync(from + side, to + side, { recursive: true });
  return to;
}

const inRebuild: readonly KillPoint[] = [
  { place: 'kept', times: 1, match: MODEL },
  { place: 'projected', times: 1, match: MODEL },
  { place: 'indexed', times: 2, match: MODEL },
  { place: 'synced', times: 1, match: MODEL },
  { place: 'closed', times: 1, match: MODEL },
];

/** With the first portion of a build, in its first write as a whole, with its indexes made, when it is whole, and when readers were switched to it. */
export const rebuild: Check = {
  name: 'in a rebuild',
  async run(folder) {
    const from = await history(folder);
    const faults: string[] = [];
    for (const killPoint of inRebuild) {
      const data = copied(from, join(folder, killPoint.place));
      const [before] = builds(data);
      const { signal } = await new Program(['projections', 'rebuild', MODEL], data, { killPoint }).ended;
      const begun = builds(data).filter((name) => name !== before);
      const found = [
        ...expecting(signal === 'SIGKILL', 'the rebuild was not killed'),
        ...(await replayFaults(data)),
        ...goneOnWith(await rebuilt(data), killPoint.place === 'closed' ? [] : begun),
        ...(await replayFaults(data)),
      ];
      faults.push(...found.map((fault) => `${killPoint.place}: ${fault}`));
    }
    return { kills: inRebuild.length, faults };
  },
};

/** Builds there are once one more was made without disturbance and what it keeps of before was dropped. */
async function rebuilt(data: string): Promise<readonly string[]> {
  await ran(['projections', 'rebuild', MODEL], data);
  await ran(['projections', 'drop', MODEL], data);
  return builds(data);
}

const builds = (data: string): readonly string[] =>
  readdirSync(join(data, 'read-models')).filter((name) => name.startsWith(`${MODEL}-`) && name.endsWith('.db'));

/** The one build that is there in the end is the one that the killed process had begun. */
const goneOnWith = (there: readonly string[], begun: readonly string[]): readonly string[] => [
  ...expecting(there.length === 1, 'an unfinished build stayed'),
  ...expecting(begun.length === 0 || begun.includes(there[0] ?? ''), 'the unfinished build was not gone on with'),
];

const inSchemaChange: readonly KillPoint[] = [
  { place: 'indexed', times: 4 },
  { place: 'projected', times: 3 },
  { place: 'projected', times: 20 },
];

/** A read model of a newer version is folded from the first fact; the server falls again and again while it does. */
export const schemaChange: Check = {
  name: 'in a schema change',
  async run(folder) {
    const data = await history(folder);
    makeOlder(join(data, 'read-models'));
    const server = new Server(data);
    const faults: string[] = [];
    for (const killPoint of inSchemaChange) {
      await server.start({ killPoint });
      const { signal } = await server.ended;
      faults.push(...expecting(signal === 'SIGKILL', 'the server was not killed'));
    }
    await server.start();
    server.take(/pat_\S+/.exec(await ran(['token', 'create', '--name', 'n', '--role', 'admin'], data))?.[0] ?? '');
    await server.caughtUp();
    await server.end('SIGTERM');
    return { kills: inSchemaChange.length, faults: [...faults, ...(await replayFaults(data))] };
  },
};

/** Lets every read model be of a version that the program has left behind. */
function makeOlder(folder: string): void {
  for (const name of readdirSync(folder)) renameSync(join(folder, name), join(folder, name.replace(/-v\d+-/, '-v0-')));
}
