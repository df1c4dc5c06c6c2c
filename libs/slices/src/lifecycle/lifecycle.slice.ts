import { defineSlice } from '#kernel/slice.js';
import { stageStatement } from './lifecycle.statement.js';
import { lifecycleStage, type LifecycleStage } from './lifecycle.projection.js';
import { lifecycleFolding } from './lifecycle.folding.js';

export const lifecycleSlice = defineSlice({
  ...lifecycleFolding,
  commands: [],
  statements: [stageStatement],
  outlook: { standings: [{ model: lifecycleStage.name, field: 'stage', of: ({ stage }: LifecycleStage) => stage }] },
});
