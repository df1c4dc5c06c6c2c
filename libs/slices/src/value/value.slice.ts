import { defineSlice } from '#kernel/slice.js';
import { valueStatement } from './value.statement.js';
import { valueTier, type ValueTier } from './value.projection.js';
import { valueFolding } from './value.folding.js';

export const valueSlice = defineSlice({
  ...valueFolding,
  commands: [],
  statements: [valueStatement],
  outlook: { standings: [{ model: valueTier.name, field: 'tier', of: ({ tier }: ValueTier) => tier }] },
});
