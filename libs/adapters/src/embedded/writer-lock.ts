import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { instantOf } from '#kernel/time.js';
import { replaceFile } from './durable-files.js';
import { isBusy, isTorn, openDatabase, type Database } from './sqlite.js';

interface Writer {
  readonly pid: number;
  readonly since: string;
}

const ASK_TIMES = 10;
const ASK_EVERY_MS = 20;

/**
 * One writer a folder. The lock is an exclusive transaction on `lock.db`, which the operating system ends with the process,
 * however it ends. `writer.json` only says who holds it. Nothing else may open `lock.db`: closing it would drop the lock.
 */
export class WriterLock {
  private constructor(
    private readonly folder: string,
    private readonly db: Database,
  ) {}

  /** @throws {StoreRefused} naming the process that holds it */
  static async take(folder: string): Promise<WriterLock> {
    let db: Database | undefined;
    try {
      db = openDatabase(join(folder, 'lock.db'));
      db.exec('BEGIN EXCLUSIVE');
      const writer: Writer = { pid: process.pid, since: instantOf(Date.now()) };
      replaceFile(join(folder, 'writer.json'), `${JSON.stringify(writer)}\n`);
      return new WriterLock(folder, db);
    } catch (error) {
      db?.close();
      if (isBusy(error)) {
        throw new StoreRefused(`${await holderOf(folder)}; stop it, or send through it with --server.`);
      }
      throw notTaken(folder, error as Error);
    }
  }

  release(): void {
    if (!this.db.isOpen) return;
    rmSync(join(this.folder, 'writer.json'), { force: true });
    this.db.close();
  }
}

function notTaken(folder: string, error: Error): StoreRefused {
  const advice = isTorn(error)
    ? `${join(folder, 'lock.db')} is no lock of ours: remove it while no process writes there`
    : 'check permissions and room on the disk, or choose another folder';
  return new StoreRefused(`${folder} cannot be locked for writing (${error.message}): ${advice}.`, { cause: error });
}

/** Asks a few times: whoever has just taken the lock may not have written its name yet. */
async function holderOf(folder: string): Promise<string> {
  for (let asked = 0; asked < ASK_TIMES; asked += 1) {
    try {
      const { pid, since } = JSON.parse(readFileSync(join(folder, 'writer.json'), 'utf8')) as Writer;
      if (isAlive(pid)) return `Process ${pid} is writing to ${folder} since ${since}`;
    } catch {
      // not there yet
    }
    await sleep(ASK_EVERY_MS);
  }
  return `Another process is writing to ${folder}`;
}

/** True of a process that runs, whoever started it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's process
  }
}
