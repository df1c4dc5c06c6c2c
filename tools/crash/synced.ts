import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../bench/random.js';
import type { Check, Outcome } from './check.js';
import { Clients } from './clients.js';
import { straceAt } from './program.js';
import { Server } from './server.js';

const CALLS = 'pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg';
const LOG = 'log.db-wal>';
const COMMAND = /\\"commandId\\":\\"([\w-]+)\\"/g;

/** Whole pages and whole answers are in the trace, so that each answer is found with its own facts. */
const TRACING = ['-f', '-y', '-s', '9000', '-e', `trace=${CALLS}`, '-e', 'signal=none'];

export const syncedBeforeAnswer: Check = {
  name: 'a completed sync before every answer',
  async run(folder) {
    if (straceAt === undefined) return { kills: 0, faults: [], skipped: 'strace is not here' };
    const trace = join(folder, 'trace');
    const server = new Server(join(folder, 'data'));
    await server.start({ strace: [...TRACING, '-o', trace] });
    const clients = new Clients(server, new Random(1), 4);
    await clients.done();
    await server.end('SIGTERM');
    return answersIn(readFileSync(trace, 'latin1'));
  },
};

/** Looks for the write of a command's facts, a sync that began after it and was completed, and the answer, in this order. */
export function answersIn(trace: string): Outcome {
  const written = new Map<string, number>();
  const syncing = new Map<string, number>();
  const faults: string[] = [];
  let [syncBegan, answers, number] = [-1, 0, 0];
  for (const line of trace.split('\n')) {
    number += 1;
    const [, pid = '', call = ''] = /^(\d+)\s+(?:<\.\.\. )?(\w+)/.exec(line) ?? [];
    if (call === 'pwrite64' && line.includes(LOG)) {
      for (const [, id = ''] of line.matchAll(COMMAND)) if (!written.has(id)) written.set(id, number);
    } else if (call === 'fsync' || call === 'fdatasync') {
      if (line.includes(LOG)) syncing.set(pid, number);
      const began = syncing.get(pid);
      if (began === undefined || line.includes('<unfinished')) continue;
      syncing.delete(pid);
      if (/= 0$/.test(line)) syncBegan = began;
    } else if (line.includes('HTTP/1.1 201')) {
      const [[, id = ''] = []] = line.matchAll(COMMAND);
      answers += 1;
      const at = written.get(id);
      if (at === undefined) faults.push(`${id} was answered before it was written`);
      else if (at > syncBegan) faults.push(`${id} was answered before it was synced`);
    }
  }
  if (answers === 0) faults.push('no answer was seen');
  return { kills: 0, faults, figures: { answers } };
}
