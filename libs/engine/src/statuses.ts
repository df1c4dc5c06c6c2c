import type { Position } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import type { ReadModel } from '#kernel/ports/read-models.js';
import type { Parking } from './parking.js';
import type { ProjectionStatus } from './projecting.js';
import type { ProjectionRun } from './projection-run.js';

/** What a projection does just now, and why it does not get on. */
export interface Doing {
  readonly state: ProjectionStatus['state'];
  readonly error: string | undefined;
  /** Up to where the log was gone through for it, where that is further than it folded. */
  readonly looked: Position;
}

/** Where each projection stands; counts its documents. */
export async function statusesOf(
  runs: Iterable<ProjectionRun>,
  parking: Parking,
  store: EventStore,
  doing: (name: string) => Doing,
  answering: (name: string) => Promise<ReadModel>,
): Promise<readonly ProjectionStatus[]> {
  const head = await store.head();
  const statuses = [...runs].map(async ({ projection: { name, version }, model, position }) => {
    const { state, error, looked } = doing(name);
    const documents = await model.count();
    const told = position === 0 ? await standing(version, await answering(name)) : {};
    const far = howFar(store, position, head, looked);
    const status = { name, version, state, position, head, ...far, documents, parked: parking.of(name), ...told };
    return error === undefined ? status : { ...status, error };
  });
  return Promise.all(statuses);
}

/** @param looked  Up to where the log was gone through for it, where that is further than its position. */
export function howFar(
  store: EventStore,
  position: Position,
  head: Position,
  looked: Position = 0,
): Pick<ProjectionStatus, 'lag' | 'looked' | 'share'> {
  const far = Math.max(position, Math.min(Math.max(looked, store.beginning), head));
  return { lag: store.distance(position, head), looked: far, share: store.share(far, head) };
}

/** What readers have, where it is not the present version. */
export async function standing(present: number, model: ReadModel): Promise<Pick<ProjectionStatus, 'answering'>> {
  const { version } = model;
  return version === present ? {} : { answering: { version, position: (await model.checkpoint()).position } };
}
