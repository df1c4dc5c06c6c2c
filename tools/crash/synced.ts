import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../bench/random.js';
import type { Check, Outcome } from './check.js';
import { Clients } from './clients.js';
import { straceAt } from './program.js';
import { Server } from './server.js';

const CALLS = 'pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg';
const LOG = 'log.db-wal>';
const KEYS = 'keys.db-wal>';
/** How a sealed field begins in a fact. */
const SEALED = 'sealed:1:';
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
    const made = ['', '/data', '/data.keys', '/data/log.db.new'].map((name) => `${folder}${name}`);
    return answersIn(readFileSync(trace, 'latin1'), made);
  },
};

/**
 * Looks for the write of a command's facts, a sync that began after it and was completed, and the answer, in this order; for the
 * sync of every key before facts that are sealed are written; and for that of all that a first start made.
 *
 * @param made  Files and folders that must be synced before the first answer.
 */
export function answersIn(trace: string, made: readonly string[]): Outcome {
  const written = new Map<string, number>();
  const syncs = new Syncs();
  const faults: string[] = [];
  let [keyWritten, answers, sealed, number] = [-1, 0, 0, 0];
  for (const line of trace.split('\n')) {
    number += 1;
    const [, pid = '', call = ''] = /^(\d+)\s+(?:<\.\.\. )?(\w+)/.exec(line) ?? [];
    if (call === 'pwrite64' && line.includes(KEYS)) keyWritten = number;
    else if (call === 'pwrite64' && line.includes(LOG)) {
      for (const [, id = ''] of line.matchAll(COMMAND)) if (!written.has(id)) written.set(id, number);
      if (!line.includes(SEALED)) continue;
      sealed += 1;
      if (keyWritten > syncs.of(KEYS))
        faults.push(`line ${number}: sealed facts were written before their keys were synced`);
    } else if (call === 'fsync' || call === 'fdatasync') {
      syncs.note(pid, line, number);
    } else if (line.includes('HTTP/1.1 201')) {
      const [[, id = ''] = []] = line.matchAll(COMMAND);
      answers += 1;
      const at = written.get(id);
      if (at === undefined) faults.push(`${id} was answered before it was written`);
      else if (at > syncs.of(LOG)) faults.push(`${id} was answered before it was synced`);
      if (answers > 1) continue;
      const unsynced = made.filter((path) => syncs.of(`<${path}>`) < 0);
      faults.push(...unsynced.map((path) => `${path} was not synced before the first answer`));
    }
  }
  if (answers === 0) faults.push('no answer was seen');
  return { kills: 0, faults, figures: { answers, sealed } };
}

/** When the newest completed sync of each file began, by line of the trace. */
class Syncs {
  private readonly underWay = new Map<string, { readonly file: string; readonly began: number }>();
  private readonly completed = new Map<string, number>();

  note(pid: string, line: string, number: number): void {
    const [file] = /<\/[^>]*>/.exec(line) ?? [];
    if (file !== undefined) this.underWay.set(pid, { file, began: number });
    const sync = this.underWay.get(pid);
    if (sync === undefined || line.includes('<unfinished')) return;
    this.underWay.delete(pid);
    if (/= 0$/.test(line)) this.completed.set(sync.file, sync.began);
  }

  /** Of a file whose name ends so; before everything where there was none. */
  of(end: string): number {
    return Math.max(-1, ...[...this.completed].filter(([file]) => file.endsWith(end)).map(([, began]) => began));
  }
}
