import type { Measurement } from '#kernel/measurement.js';
import { defineSlice } from '#kernel/slice.js';
import { PopulationMeasured } from './value.events.js';
import { POPULATION, population } from './value.measurement.js';
import { valuePolicy } from './value.policy.js';
import { valueStatement } from './value.statement.js';
import { valueTier, type ValueTier } from './value.projection.js';

export const valueSlice = defineSlice({
  name: 'value',
  about: 'What a customer is worth over the trailing year: spend, frequency, tier, RFM, ABC.',
  events: [PopulationMeasured],
  commands: [],
  policies: [valuePolicy],
  references: [{ stream: POPULATION, event: PopulationMeasured }],
  measurements: [population as unknown as Measurement],
  projections: [valueTier],
  statements: [valueStatement],
  outlook: { standings: [{ model: valueTier.name, field: 'tier', of: ({ tier }: ValueTier) => tier }] },
});
