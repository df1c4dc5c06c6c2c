import { defineFolding } from '#kernel/slice.js';
import { lifecyclePolicy } from './lifecycle.policy.js';
import { lifecycleStage } from './lifecycle.projection.js';

export const lifecycleFolding = defineFolding({
  name: 'lifecycle',
  about: 'Where a customer stands, from potential to churned and back, by their own rhythm.',
  events: [],
  policies: [lifecyclePolicy],
  projections: [lifecycleStage],
});
