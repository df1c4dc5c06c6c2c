import type { AsOf, InSnapshot } from '../access/access.js';
import type { Flags } from './define-command.js';
import { UsageError } from './parse-args.js';

/** As of when a command answers. */
export const asOfFlags = {
  asOf: { value: 'moment', about: 'As of an instant (2026-03-01T00:00:00Z) or a position in the log.' },
  by: { value: 'time', about: 'recorded: what was known then (default); business: what had happened, as known now.' },
} as const satisfies Flags;

/** @throws {UsageError} */
export function asOfIn(at: string | undefined, by: string | undefined): AsOf | undefined {
  if (at !== undefined) return { at, ...(by !== undefined && { by }) };
  if (by !== undefined) throw new UsageError('--by goes with --as-of.');
  return undefined;
}

export const snapshotFlag = {
  snapshot: { value: 'name', about: 'From a snapshot that `patron snapshots keep` made.' },
} as const satisfies Flags;

/** A moment or a snapshot, not both. @throws {UsageError} */
export function thenIn(flags: {
  readonly asOf: string | undefined;
  readonly by: string | undefined;
  readonly snapshot: string | undefined;
}): AsOf | InSnapshot | undefined {
  const asOf = asOfIn(flags.asOf, flags.by);
  if (flags.snapshot === undefined) return asOf;
  if (asOf !== undefined) throw new UsageError('--snapshot does not go with --as-of: it is of a moment already.');
  return { snapshot: flags.snapshot };
}
