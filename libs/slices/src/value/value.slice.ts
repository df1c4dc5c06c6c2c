import type { Measurement } from '#kernel/measurement.js';
import { defineSlice } from '#kernel/slice.js';
import { PopulationMeasured } from './value.events.js';
import { POPULATION, population } from './value.measurement.js';
import { valuePolicy } from './value.policy.js';
import { valueTier } from './value.projection.js';
import { valueStatement } from './value.statement.js';

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
});
