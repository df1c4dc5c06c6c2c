import type { AsOf } from '../access/access.js';
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
