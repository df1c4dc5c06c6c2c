import type { ReadModels } from '#kernel/ports/read-models.js';
import { modelDigest } from './digest.js';
import type { Engine } from './engine.js';
import type { Parked } from './parking.js';
import type { Progress } from './projecting.js';
import { Projector } from './projector.js';
import { standingOf } from './standing.js';

export interface Digest {
  readonly digest: string;
  readonly documents: number;
}

/** A read model as it is stored beside what the log makes of it now. */
export interface Replayed {
  readonly name: string;
  readonly equal: boolean;
  readonly stored: Digest;
  readonly replayed: Digest;
  /** By how many positions the stored one is behind the replay; below 0 where it went on meanwhile. */
  readonly behind: number;
  /** Customers whose documents stand still in either. */
  readonly parked: readonly Parked[];
}

/** Folds the whole log anew into empty read models and compares; nothing that is stored changes. */
export async function replay(engine: Engine, empty: ReadModels, tell?: Progress): Promise<readonly Replayed[]> {
  const { store, registry, reader, references } = engine;
  const projector = await Projector.open({ store, readModels: empty, registry, reader, references });
  await projector.catchUp(tell);
  const standing = new Map((await standingOf(engine)).map((status) => [status.name, status]));
  const compared: Replayed[] = [];
  for (const { name, position, parked: again } of await projector.status()) {
    const stored = await modelDigest(await engine.readSide.model(name));
    const replayed = await modelDigest(await projector.model(name));
    const { position: reached = 0, parked: known = [] } = standing.get(name) ?? {};
    const parked = [...new Map([...known, ...again].map((one) => [`${one.stream} ${one.revision}`, one])).values()];
    const equal = stored.digest === replayed.digest;
    compared.push({ name, equal, stored, replayed, behind: position - reached, parked });
  }
  return compared.sort((a, b) => (a.name < b.name ? -1 : 1));
}
