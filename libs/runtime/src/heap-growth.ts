import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';

const PERCENT = 50;
/** Resident memory above which garbage collection saves memory before time, and below which it saves time again. */
const TIGHT_MB = 400;
const ROOMY_MB = 360;
/** Resident memory above which it is short, and below which it is not any more. */
const SHORT_MB = 450;
const AMPLE_MB = 400;
const LOOK_MS = 250;
/** What the young generation of a thread begins with, and does not fall below where memory is saved. */
const LEAST_YOUNG_MB = 8;

let isOurs = false;
let isShort = false;

/**
 * Lets each heap of this process grow by half beyond what lives in it before it is collected, and gives half-empty pages back once the
 * process is large. By itself V8 lets garbage lie up to four times as high on a machine that has memory, and keeps pages of which
 * little lives. For the program that owns the process.
 */
export function boundGarbage(): void {
  isOurs = true;
  setFlagsFromString(`--heap-growing-percent=${PERCENT}`);
  setFlagsFromString(`--min-semi-space-size=${LEAST_YOUNG_MB}`);
  setFlagsFromString('--no-minor-gc-task'); // which collects a young generation that is not full yet, and copies what would have died
  let isTight = false;
  const look = (): void => {
    const residentMb = process.memoryUsage.rss() / 2 ** 20;
    isShort = residentMb > (isShort ? AMPLE_MB : SHORT_MB);
    const wasTight = isTight;
    isTight = residentMb > (wasTight ? ROOMY_MB : TIGHT_MB);
    if (isTight === wasTight) return;
    setFlagsFromString(isTight ? '--optimize-for-size' : '--no-optimize-for-size'); // V8 asks for it at each collection
  };
  setInterval(look, LOOK_MS).unref();
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
