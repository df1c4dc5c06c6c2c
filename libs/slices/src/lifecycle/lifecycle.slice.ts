import { defineSlice } from '#kernel/slice.js';
import { lifecyclePolicy } from './lifecycle.policy.js';
import { stageStatement } from './lifecycle.statement.js';
import { lifecycleStage, type LifecycleStage } from './lifecycle.projection.js';

export const lifecycleSlice = defineSlice({
  name: 'lifecycle',
  about: 'Where a customer stands, from potential to churned and back, by their own rhythm.',
  events: [],
  commands: [],
  policies: [lifecyclePolicy],
  projections: [lifecycleStage],
  statements: [stageStatement],
  outlook: { standings: [{ model: lifecycleStage.name, field: 'stage', of: ({ stage }: LifecycleStage) => stage }] },
});
