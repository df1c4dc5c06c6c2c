import type { Engine } from './engine.js';
import { Parking } from './parking.js';
import type { ProjectionStatus } from './projecting.js';
import { answeringOf, specOf } from './read-side.js';
import { howFar, standing } from './statuses.js';

/** `elsewhere` where another process folds. */
export type Standing = Omit<ProjectionStatus, 'state'> & { readonly state: ProjectionStatus['state'] | 'elsewhere' };

/** Where every projection stands, also when another process folds it: as far as that one has written. */
export async function standingOf({ projector, registry, readModels, readSide, store }: Engine): Promise<Standing[]> {
  if (projector !== undefined) return [...(await projector.status())];
  const head = await store.head();
  const parking = await Parking.open(readModels);
  return Promise.all(
    [...registry.projections.values()].map(async ({ name, version }) => {
      const model = await readSide.model(name);
      const [{ position }, documents] = [await model.checkpoint(), await model.count()];
      const told = position === 0 ? await standing(version, await answeringOf(readModels, specOf(registry, name))) : {};
      const far = howFar(store, position, head);
      return {
        name,
        version,
        state: 'elsewhere',
        position,
        head,
        ...far,
        documents,
        parked: parking.of(name),
        ...told,
      };
    }),
  );
}
