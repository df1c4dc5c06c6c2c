import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';

const PERCENT = 50;

/**
 * Lets each heap of this process grow by half beyond what lives in it before it is collected. By itself V8 lets garbage lie up to
 * four times as high on a machine that has memory. For the program that owns the process.
 */
export const boundGarbage = (): void => setFlagsFromString(`--heap-growing-percent=${PERCENT}`);

/**
 * Gives back what this thread threw away, and the pages that it lay in. V8 collects when more is wanted: the heap of a thread that waits
 * lies as high as its last work left it, beside threads that now want the room.
 */
export async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage'); // what `gc` of --expose-gc does leaves half-empty pages as they are
  session.disconnect();
}
