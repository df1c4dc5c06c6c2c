import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';

/** How much more than what lives in it a heap takes before it is collected, in percent: up to so much resident memory, and above it. */
const PERCENT_WITH_ROOM = 100;
const PERCENT = 50;
const ROOM_MB = 410;
/** Resident memory above which garbage collection saves memory before time, and below which it saves time again. */
const TIGHT_MB = 440;
const ROOMY_MB = 400;
/** Resident memory above which it is short, and below which it is not any more. */
const SHORT_MB = 460;
const AMPLE_MB = 410;
const LOOK_MS = 250;
/** What the young generation of a thread begins with, and does not fall below where memory is saved. */
const LEAST_YOUNG_MB = 8;
/** What V8 lets it grow to by itself. */
const MOST_YOUNG_MB = 16;

let isOurs = false;
/** By how much lower the limits of resident memory lie. */
let lessMb = 0;
let isShort = false;

/**
 * Lets each heap of this process grow to twice what lives in it before it is collected, by half once the process is large, and gives
 * half-empty pages back then. By itself V8 lets garbage lie up to four times as high on a machine that has memory, and keeps pages of which
 * little lives. For the program that owns the process.
 */
export function boundGarbage(): void {
  isOurs = true;
  setFlagsFromString(`--min-semi-space-size=${LEAST_YOUNG_MB}`);
  setFlagsFromString('--no-minor-gc-task'); // which collects a young generation that is not full yet, and copies what would have died
  let isTight = false;
  let percent: number | undefined;
  const look = (): void => {
    const residentMb = process.memoryUsage.rss() / 2 ** 20 + lessMb;
    const wanted = residentMb > ROOM_MB ? PERCENT : PERCENT_WITH_ROOM;
    if (wanted !== percent) setFlagsFromString(`--heap-growing-percent=${(percent = wanted)}`);
    isShort = residentMb > (isShort ? AMPLE_MB : SHORT_MB);
    const wasTight = isTight;
    isTight = residentMb > (wasTight ? ROOMY_MB : TIGHT_MB);
    if (isTight === wasTight) return;
    setFlagsFromString(isTight ? '--optimize-for-size' : '--no-optimize-for-size'); // V8 asks for it at each collection
    // V8 made it 1 meanwhile, and leaves it so: for threads that begin from now on
    if (!isTight) setFlagsFromString(`--max-semi-space-size=${MOST_YOUNG_MB}`);
  };
  look();
  setInterval(look, LOOK_MS).unref();
}

/** For work that would gain nothing by more memory: this process is to take so much less. */
export function takeLess(mb: number): void {
  lessMb = mb;
}

/** True where this process takes more memory than it should; never where it is not ours. */
export const memoryIsShort = (): boolean => isShort;

/**
 * Gives back what this thread threw away, and the pages that it lay in. V8 collects when more is wanted: the heap of a thread that waits
 * lies as high as its last work left it, beside threads that now want the room. Only where `boundGarbage` was called: elsewhere the heap is
 * somebody else's, and may be large.
 */
export async function collectGarbage(): Promise<void> {
  if (!isOurs) return;
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage'); // what `gc` of --expose-gc does leaves half-empty pages as they are
  session.disconnect();
}
