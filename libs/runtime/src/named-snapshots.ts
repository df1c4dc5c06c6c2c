import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, InvalidRequest } from '#kernel/errors.js';
import type { Position } from '#kernel/fact.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { Index } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import { modelDigest } from '#engine/digest.js';
import type { Engine } from '#engine/engine.js';
import { NotFound } from '#engine/errors.js';
import type { Moment } from '#engine/past.js';
import type { Progress } from '#engine/projecting.js';
import { Queries } from '#engine/queries.js';
import { standingStill } from '#engine/read-side.js';
import { Registry } from '#engine/registry.js';
import { isAlive } from '#adapters/embedded/writer-lock.js';
import { openReadModels } from './adapters.js';
import type { PatronConfig } from './config.js';

/** A whole read model as of a moment, kept under a name. */
export interface NamedSnapshot {
  readonly name: string;
  readonly model: string;
  /** Of the projection that folded it. */
  readonly version: number;
  readonly indexes: readonly Index[];
  /** As of when: an instant or a position, and by which time. */
  readonly asOf: Instant | Position;
  readonly by: Moment['by'];
  /** The newest fact that was known when it was folded. */
  readonly position: Position;
  readonly keptAt: Instant;
  readonly documents: number;
  /** SHA-256 over all documents, as `patron projections digest` gives it. */
  readonly digest: string;
}

/** A snapshot of this name is there already. Drop it, or take another name. */
export class SnapshotExists extends DomainError {
  readonly code = 'snapshot.exists';
  readonly kind = 'conflict';

  constructor(name: string) {
    super(`There is a snapshot ${name} already; \`patron snapshots drop ${name}\` removes it.`);
  }
}

interface Opened {
  readonly about: NamedSnapshot;
  readonly readModels: ReadModels;
  readonly queries: Queries;
}

const isSame = (one: NamedSnapshot, other: NamedSnapshot): boolean =>
  one.keptAt === other.keptAt && one.digest === other.digest && one.position === other.position;

/** Folds a read model as of a moment into empty read models. */
export type FoldInto = (model: string, moment: Moment, empty: ReadModels, tell?: Progress) => Promise<unknown>;

const ABOUT = 'snapshot.json';
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Named snapshots in a data folder, each in a folder of its own; nothing else reads or writes there. */
export class NamedSnapshots {
  private readonly folder: string;
  private readonly opened = new Map<string, Promise<Opened>>();

  constructor(
    private readonly config: PatronConfig,
    private readonly engine: Engine,
    private readonly foldInto: FoldInto,
  ) {
    this.folder = join(config.data, 'snapshots');
  }

  /** In the order of their names. */
  list(): readonly NamedSnapshot[] {
    if (!existsSync(this.folder)) return [];
    const names = readdirSync(this.folder).filter((name) => NAME.test(name));
    return names.sort().map((name) => this.about(name));
  }

  /** @throws {SnapshotExists} @throws {NotFound} @throws {InvalidRequest} for a bad name, or a moment that has not come */
  async keep(name: string, model: string, moment: Moment, tell?: Progress): Promise<NamedSnapshot> {
    if (!NAME.test(name))
      throw new InvalidRequest([{ path: 'name', message: 'must be small letters, digits, . _ and -, at most 63' }]);
    if (existsSync(join(this.folder, name))) throw new SnapshotExists(name);
    await this.sweep();
    const part = join(this.folder, `.${name}.${process.pid}.part`);
    const position = await this.engine.store.head();
    await mkdir(part, { recursive: true, mode: 0o700 });
    const readModels = await this.modelsIn(part, 'write');
    try {
      await this.foldInto(model, moment, readModels, tell);
      const { version, indexes } = this.engine.registry.projections.get(model) ?? { version: 0, indexes: [] };
      const folded = await modelDigest(await readModels.open({ name: model, version, indexes }));
      await readModels.close();
      const asOf = { asOf: moment.at, by: moment.by, position, keptAt: this.engine.clock.now() };
      const about: NamedSnapshot = { name, model, version, indexes, ...asOf, ...folded };
      await written(join(part, ABOUT), `${JSON.stringify(about, null, 2)}\n`);
      await rename(part, join(this.folder, name)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? new SnapshotExists(name) : error;
      });
      return about;
    } finally {
      await readModels.close();
      await rm(part, { recursive: true, force: true });
    }
  }

  /** What answers from it. @throws {NotFound} where there is none, or it is of another read model */
  async queries(name: string, model: string): Promise<Queries> {
    const about = this.about(name);
    if (about.model !== model) throw new NotFound('snapshot', `${name} of ${model}`, `${name} is of ${about.model}.`);
    let open = this.opened.get(name);
    if (open !== undefined && !isSame((await open).about, about)) {
      await (await open).readModels.close(); // another process dropped it, and kept one anew under its name
      open = undefined;
    }
    if (open === undefined) this.opened.set(name, (open = this.open(about)));
    return (await open).queries;
  }

  /** @throws {NotFound} */
  async drop(name: string): Promise<void> {
    this.about(name);
    const open = this.opened.get(name);
    this.opened.delete(name);
    await (await open)?.readModels.close();
    await rm(join(this.folder, name), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const open of this.opened.values()) await (await open).readModels.close();
    this.opened.clear();
  }

  /** What a process that was killed left half done. */
  private async sweep(): Promise<void> {
    for (const left of existsSync(this.folder) ? readdirSync(this.folder) : []) {
      const pid = /^\..*\.(\d+)\.part$/.exec(left)?.[1];
      if (pid !== undefined && !isAlive(Number(pid)))
        await rm(join(this.folder, left), { recursive: true, force: true });
    }
  }

  /** By the indexes and the version it was folded with, whatever the projection is by now. */
  private async open(about: NamedSnapshot): Promise<Opened> {
    const { name, model, version, indexes } = about;
    const readModels = await this.modelsIn(join(this.folder, name), 'read');
    const kept = await readModels.open({ name: model, version, indexes });
    const slices = this.engine.registry.slices.map((slice) => ({
      ...slice,
      projections: slice.projections.map((one) => (one.name === model ? { ...one, version, indexes } : one)),
    }));
    const queries = new Queries(new Registry(slices), standingStill(kept));
    return { about, readModels, queries };
  }

  /** @throws {NotFound} naming those there are */
  private about(name: string): NamedSnapshot {
    const path = join(this.folder, name, ABOUT);
    if (NAME.test(name) && existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as NamedSnapshot;
    const known = existsSync(this.folder) ? readdirSync(this.folder).filter((one) => NAME.test(one)) : [];
    throw new NotFound(
      'snapshot',
      name.slice(0, 100),
      known.length === 0 ? 'None is kept.' : `Kept are ${known.sort().join(', ')}.`,
    );
  }

  private modelsIn(folder: string, mode: 'read' | 'write'): Promise<ReadModels> {
    return openReadModels({ ...this.config, readModels: 'embedded', data: folder }, mode);
  }
}

async function written(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
