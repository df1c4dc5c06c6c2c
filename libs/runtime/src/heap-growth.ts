import { setFlagsFromString } from 'node:v8';

const PERCENT = 50;

/**
 * Lets each heap of this process grow by half beyond what lives in it before it is collected. By itself V8 lets garbage lie up to
 * four times as high on a machine that has memory. For the program that owns the process.
 */
export const boundGarbage = (): void => setFlagsFromString(`--heap-growing-percent=${PERCENT}`);
