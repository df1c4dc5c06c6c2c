import { tmpdir } from 'node:os';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { isFull } from '#adapters/embedded/sqlite.js';

/** An error of work at a place: where that was out of room, one that says so; else as it is. */
export function roomAt(place: string, error: unknown, advice: string): unknown {
  if (!isFull(error)) return error;
  return new StoreUnavailable(`The disk of ${place} is full. ${advice}`, { cause: error });
}

/** The same of a folder that `scratchFolder` gave. */
export const scratchRoom = (error: unknown): unknown =>
  roomAt(tmpdir(), error, 'Make room there, or let TMPDIR name a folder on another disk.');
