import type { ReadModel } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { Parking } from './parking.js';

/** A read model that is being made beside the one that is read. */
export interface Build {
  readonly projection: AnyProjection;
  readonly model: ReadModel;
  readonly parking: Parking;
}
