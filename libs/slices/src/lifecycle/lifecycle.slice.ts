import { defineSlice } from '#kernel/slice.js';
import { lifecyclePolicy } from './lifecycle.policy.js';
import { lifecycleStage } from './lifecycle.projection.js';
import { stageStatement } from './lifecycle.statement.js';

export const lifecycleSlice = defineSlice({
  name: 'lifecycle',
  about: 'Where a customer stands, from potential to churned and back, by their own rhythm.',
  events: [],
  commands: [],
  policies: [lifecyclePolicy],
  projections: [lifecycleStage],
  statements: [stageStatement],
});
