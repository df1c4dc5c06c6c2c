import { readFileSync } from 'node:fs';

const LENGTH = 8;
const NAMED = /-b([0-9a-f]{8})\.db$/;

/**
 * Names the time that this machine has run since it was started. What a process wrote and did not sync is whole while that lasts, also
 * where the process was killed. Linux says it; undefined elsewhere.
 */
export function runningSince(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll('-', '').slice(0, LENGTH);
  } catch {
    return undefined;
  }
}

/** What the name of a file ends with that is not synced until it is whole. */
export const unsyncedEnding = (since = runningSince()): string => (since === undefined ? '.db' : `-b${since}.db`);

/** True of a file that is not synced before it is whole, by its name. */
export const isUnsynced = (path: string): boolean => NAMED.test(path);

/** True where the machine was started anew since then: nobody can tell what is missing in it. */
export const mayLack = (path: string): boolean => isUnsynced(path) && NAMED.exec(path)?.[1] !== runningSince();
