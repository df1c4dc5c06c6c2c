import type { Portion } from '#kernel/ports/event-store.js';

/** Streams by their numbers: those behind the first one, up to and including the second. In order, and none touches the next. */
export type StreamRanges = readonly (readonly [after: number, upTo: number])[];

export function withPortion(ranges: StreamRanges, { after, upTo }: Portion): StreamRanges {
  const apart = ranges.filter(([from, to]) => to < after || from > upTo);
  const touching = ranges.filter((range) => !apart.includes(range));
  const from = Math.min(after, ...touching.map(([first]) => first));
  const to = Math.max(upTo, ...touching.map(([, last]) => last));
  return [...apart, [from, to] as const].sort(([left], [right]) => left - right);
}

export const holdsStream = (ranges: StreamRanges, stream: number): boolean =>
  ranges.some(([after, upTo]) => after < stream && stream <= upTo);

/** Where the next range begins or ends behind a stream; Infinity where none does. */
export const edgeBehind = (ranges: StreamRanges, stream: number): number =>
  Math.min(Infinity, ...ranges.flat().filter((edge) => edge > stream));
