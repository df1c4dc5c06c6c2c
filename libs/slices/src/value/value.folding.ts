import { defineFolding } from '#kernel/slice.js';
import type { Measurement } from '#kernel/measurement.js';
import { PopulationMeasured } from './value.events.js';
import { POPULATION, population } from './value.measurement.js';
import { valuePolicy } from './value.policy.js';
import { valueTier } from './value.projection.js';

export const valueFolding = defineFolding({
  name: 'value',
  about: 'What a customer is worth over the trailing year: spend, frequency, tier, RFM, ABC.',
  events: [PopulationMeasured],
  policies: [valuePolicy],
  references: [{ stream: POPULATION, event: PopulationMeasured }],
  measurements: [population as unknown as Measurement],
  projections: [valueTier],
});
