import { rm } from 'node:fs/promises';
import { UnreadableBody } from '#kernel/errors.js';
import type { Recorded } from '#kernel/fact.js';
import type { Json, ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import { AsOf } from '#engine/as-of.js';
import type { Engine } from '#engine/engine.js';
import { Parking, type Parked } from '#engine/parking.js';
import type { Moment } from '#engine/past.js';
import type { Progress } from '#engine/projecting.js';
import { Registry } from '#engine/registry.js';
import { openReadModels } from '../adapters.js';
import type { PatronConfig } from '../config.js';
import { scratchRoom } from '../room.js';
import { scratchFolder } from '../scratch-folder.js';
import { ProjectionFailed, wordsOf } from './errors.js';
import type { Own } from './own-projections.js';
import { placeText } from './source-lines.js';

const PAGE = 1_000;

export interface OwnReplayOptions {
  readonly engine: Engine;
  readonly config: PatronConfig;
  readonly projections: readonly Own[];
  /** As of when; all there is now where it is left out. */
  readonly moment?: Moment | undefined;
  readonly progress?: Progress;
}

/** Own projections folded over history in a temporary folder; `close` removes it. The store is only read. */
export class OwnReplay {
  private constructor(
    private readonly folder: string,
    private readonly readModels: ReadModels,
    private readonly models: ReadonlyMap<string, ReadModel>,
    /** Facts that this program cannot read: their customers' documents stand still there. */
    readonly parked: readonly Parked[],
  ) {}

  /** @throws {ProjectionFailed} at the first fact that one cannot fold @throws {InvalidRequest} for a moment that has not come */
  static async of({ engine, config, projections, moment, progress }: OwnReplayOptions): Promise<OwnReplay> {
    const { store, reader, clock } = engine;
    const about = { name: 'own', about: 'Projections of an analyst.', events: [], commands: [], policies: [] };
    const slices = engine.registry.slices.map((slice) => ({ ...slice, projections: [] }));
    const own = { ...about, projections: projections.map(({ projection }) => projection) };
    const registry = new Registry([...slices, own]);
    const folder = scratchFolder('replay');
    const readModels = await openReadModels({ ...config, readModels: 'embedded', data: folder }, 'write');
    const parkings: Parking[] = [];
    const parking = (): Parking => {
      const made = Parking.stopping((name, at, error) => throwIfTheirs(projections, name, at, error));
      parkings.push(made);
      return made;
    };
    try {
      const asOf = new AsOf({ store, registry, reader, clock, parking });
      const names = own.projections.map(({ name }) => name);
      const at: Moment = moment ?? { at: await store.head(), by: 'recorded' };
      const folded = await asOf.models(names, at, readModels, progress);
      const models = new Map(folded.map(({ projection, model }) => [projection.name, model]));
      const parked = parkings.flatMap((each) => names.flatMap((name) => each.of(name)));
      return new OwnReplay(folder, readModels, models, parked);
    } catch (error) {
      await readModels.close();
      await rm(folder, { recursive: true, force: true });
      throw scratchRoom(error);
    }
  }

  /** How many documents a projection made. */
  async count(name: string): Promise<number> {
    return (await this.models.get(name)?.count()) ?? 0;
  }

  /** In the order of their keys. */
  async *documents(name: string): AsyncGenerator<Json> {
    for (let afterKey = ''; ;) {
      const page = (await this.models.get(name)?.scan(afterKey, PAGE)) ?? [];
      for (const { doc } of page) if (doc !== null) yield doc;
      if (page.length < PAGE) return;
      afterKey = page.at(-1)?.key ?? '';
    }
  }

  async close(): Promise<void> {
    await this.readModels.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A fact that nobody can read is no fault of the projection. */
function throwIfTheirs(projections: readonly Own[], name: string, at: Recorded, error: unknown): void {
  if (error instanceof UnreadableBody) return;
  const place = projections.find(({ projection }) => projection.name === name)?.file.lines.placeOf(error);
  throw new ProjectionFailed(name, wordsOf(error), place && placeText(place), at);
}
