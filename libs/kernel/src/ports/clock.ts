import type { Instant } from '../time.js';

/** The outside's time. Only edges ask it: deciders and folds never do. */
export abstract class Clock {
  abstract now(): Instant;
}
