import type { Position } from '#kernel/fact.js';
import type { ReadModel } from '#kernel/ports/read-models.js';
import type { Parking } from './parking.js';
import type { ProjectionStatus } from './projecting.js';
import type { ProjectionRun } from './projection-run.js';

/** What a projection does just now, and why it does not get on. */
export interface Doing {
  readonly state: ProjectionStatus['state'];
  readonly error: string | undefined;
}

/** Where each projection stands; counts its documents. */
export function statusesOf(
  runs: Iterable<ProjectionRun>,
  parking: Parking,
  head: Position,
  doing: (name: string) => Doing,
  answering: (name: string) => Promise<ReadModel>,
): Promise<readonly ProjectionStatus[]> {
  const statuses = [...runs].map(async ({ projection: { name, version }, model, position }) => {
    const { state, error } = doing(name);
    const documents = await model.count();
    const told = position === 0 ? await standing(version, await answering(name)) : {};
    const status = { name, version, state, position, head, documents, parked: parking.of(name), ...told };
    return error === undefined ? status : { ...status, error };
  });
  return Promise.all(statuses);
}

/** What readers have, where it is not the present version. */
export async function standing(present: number, model: ReadModel): Promise<Pick<ProjectionStatus, 'answering'>> {
  const { version } = model;
  return version === present ? {} : { answering: { version, position: (await model.checkpoint()).position } };
}
