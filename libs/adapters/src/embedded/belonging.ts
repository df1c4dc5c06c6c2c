import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '#kernel/fact.js';
import {
  throwIfBehindTheEnd,
  throwIfGone,
  throwIfOfAnother,
  type FoldedHistory,
  type KnownFact,
} from '#kernel/ports/read-models.js';
import type { SnapshotStore } from '#kernel/ports/snapshot-store.js';
import { replaceFile, overwrite, sizeOf } from './durable-files.js';
import { openDatabase, scalar } from './sqlite.js';

/** Names the log that was folded here. */
const NOTE = 'log';
/** Holds the newest fact that the log was known to have. */
const NEWEST = 'log.newest';
const FOLDER = 'read-models';
const WAIT_MS = 5_000;
/** A build that was never named by a pointer is read where it has the name that the first one gets. */
const FIRST_BUILD = /-v\d+-[0-9a-f]{8}\.db$/;
const POINTER = /\.(current|former)$/;

/** Where the read models of a data folder lie. */
export const readModelsIn = (data: string): string => join(data, FOLDER);

/** The log that the read models of a data folder were folded from; undefined where none were. */
export function foldedIn(data: string): string | undefined {
  const note = join(readModelsIn(data), NOTE);
  return existsSync(note) ? readFileSync(note, 'utf8') : undefined;
}

/** Read models of a folder, and the snapshots beside them, are of this log, or nothing is folded. @throws {StoreRefused} */
export async function belong(
  { folder, mode }: { readonly folder: string; readonly mode: 'write' | 'read' },
  snapshots: SnapshotStore,
  history: FoldedHistory,
): Promise<void> {
  if (!existsSync(folder)) return;
  const note = join(folder, NOTE);
  const noted = existsSync(note) ? readFileSync(note, 'utf8') : undefined;
  const place = `The read models in ${folder}`;
  throwIfOfAnother(place, noted, history);
  let furthest = { name: 'snapshots of customers', position: await snapshots.newest() };
  for (const name of readable(folder)) {
    const position = positionIn(join(folder, name));
    if (position > furthest.position) furthest = { name, position };
  }
  await throwIfBehindTheEnd(place, furthest, history);
  await throwIfGone(place, knownIn(folder), history);
  if (noted === undefined && mode === 'write') replaceFile(note, history.numbering);
}

export const noteFact = (folder: string, known: KnownFact): Promise<void> =>
  overwrite(join(folder, NEWEST), JSON.stringify(known));

/** Undefined also for what a power cut left half written: then the ends are compared, as for a folder without a note. */
function knownIn(folder: string): KnownFact | undefined {
  const path = join(folder, NEWEST);
  if (!existsSync(path)) return undefined;
  try {
    const { position, mark } = JSON.parse(readFileSync(path, 'utf8')) as KnownFact;
    return Number.isSafeInteger(position) && typeof mark === 'string' ? { position, mark } : undefined;
  } catch {
    return undefined;
  }
}

/** Files of builds that are read, or are kept to be read again. */
function readable(folder: string): ReadonlySet<string> {
  const names = readdirSync(folder);
  const pointed = names.filter((name) => POINTER.test(name)).map((name) => readFileSync(join(folder, name), 'utf8'));
  return new Set([...names.filter((name) => FIRST_BUILD.test(name)), ...pointed]);
}

/** 0 for what is not there, or cannot be read: whoever opens it folds it anew. */
function positionIn(path: string): Position {
  try {
    const immutable = sizeOf(`${path}-wal`) === 0; // or the look would leave files beside it
    const db = openDatabase(path, { readOnly: true, immutable, waitMs: WAIT_MS });
    try {
      return Number(scalar(db, 'SELECT coalesce(max(position), 0) FROM checkpoint'));
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}
