/**
 * `patron/replay`: what a projection of your own is written with. `patron projections new <name>` makes a file that uses it,
 * `patron replay <file>` folds it over the whole history.
 */
export { defineProjection, type OwnProjection } from './own-projection.js';
export { events, type FactOf, type Facts, type FactType } from './facts.js';
export { policies } from './policies.js';
export type { Context, InForce } from '#kernel/policy.js';
export type { Fact, Metadata } from '#kernel/fact.js';
export type { Money } from '#kernel/money.js';
export { compare, decimal, minus, plus, times, zero } from '#kernel/money.js';
export type { Day, Instant } from '#kernel/time.js';
export {
  dayOf,
  daysBetween,
  firstOfMonth,
  plusDays,
  plusHours,
  plusMonths,
  startOfDay,
  toInstant,
} from '#kernel/time.js';
