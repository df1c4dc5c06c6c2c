import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';

/**
 * Makes a folder that only its owner may look into, where there is none, and those above it; their names survive a power cut.
 *
 * @throws {StoreRefused} where there can be none
 */
export function makeFolder(folder: string): void {
  try {
    const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    const above = dirname(resolve(first));
    for (let made = resolve(folder); made !== above; made = dirname(made)) syncFolder(dirname(made));
  } catch (error) {
    const { message: reason } = error as Error;
    throw new StoreRefused(`${folder} cannot be made a folder: ${reason}. Choose another place.`, { cause: error });
  }
}

/** Makes names made, renamed or removed in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // a folder cannot be opened there; NTFS journals its names
  sync(folder);
}

/** Makes a file's bytes survive a power cut. Never on a database that is open: closing drops SQLite's locks on it. */
export function syncFile(path: string): void {
  sync(path);
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Replaces a small file in one step: a reader sees the old text or the new, also after a power cut. */
export function replaceFile(path: string, text: string): void {
  const made = `${path}.${process.pid}.new`;
  rmSync(made, { force: true });
  writeNew(made, text);
  renameSync(made, path);
  syncFolder(dirname(path));
}

const SECTOR_BYTES = 512;

/**
 * Writes a small JSON text over another one, in its place and without waiting for the disk: a power cut may leave the old one, and no
 * other file comes and goes beside it, which would disturb whoever copies the folder. Spaces follow the text.
 *
 * @throws {RangeError} for a text of more than 512 bytes
 */
export async function overwrite(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text.padEnd(SECTOR_BYTES));
  if (bytes.length > SECTOR_BYTES) throw new RangeError(`${bytes.length} bytes are too many for one sector.`);
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    await file.write(bytes, 0, bytes.length, 0);
  } finally {
    await file.close();
  }
}

/** @throws EEXIST where the file is there already */
export function writeNew(path: string, text: string, mode = 0o600): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Bytes of a file; 0 when it is not there. */
export const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

const SIDES = ['', '-wal', '-shm', '-journal'];

/** A database with the files SQLite keeps beside it. */
export function removeDatabase(path: string): void {
  for (const side of SIDES) rmSync(path + side, { force: true });
}

export function moveDatabase(path: string, to: string): void {
  for (const side of SIDES) if (existsSync(path + side)) renameSync(path + side, to + side);
}
