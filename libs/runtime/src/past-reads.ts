import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { InvalidRequest } from '#kernel/errors.js';
import type { Position } from '#kernel/fact.js';
import type { Json, ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import { AsOf } from '#engine/as-of.js';
import { cursorIn, foreignCursor } from '#engine/cursor.js';
import { differences, type Difference } from '#engine/differences.js';
import type { Engine } from '#engine/engine.js';
import type { Moment } from '#engine/past.js';
import type { Progress } from '#engine/projecting.js';
import { Queries } from '#engine/queries.js';
import { standingStill } from '#engine/read-side.js';
import { settled } from '#engine/settled.js';
import type { Explanation } from '#engine/explanation.js';
import { Why } from '#engine/why.js';
import { openReadModels } from './adapters.js';
import type { PatronConfig } from './config.js';
import { scratchRoom } from './room.js';
import { scratchFolder } from './scratch-folder.js';
import { NamedSnapshots } from './named-snapshots.js';

/** Read models of a moment that are kept at once: pages of the same question find theirs again. */
const KEPT = 8;
/** Facts folded between two turns of the event loop: commands beside it do not wait longer than for these. */
const BATCH = 500;

interface Folded {
  readonly folder: string;
  readonly readModels: ReadModels;
  readonly model: ReadModel;
}

/** Answers as of a moment. Whole read models are folded in the machine's temporary folder, and removed with this. */
export class PastReads {
  /** Those that are kept under a name. */
  readonly snapshots: NamedSnapshots;
  private readonly folded = new Map<string, Promise<Folded>>();
  private readonly asOf: AsOf;
  private readonly reasons: Why;

  constructor(
    private readonly config: PatronConfig,
    private readonly engine: Engine,
  ) {
    const { store, registry, reader, clock } = engine;
    const deps = { store, registry, reader, clock, batch: BATCH };
    this.asOf = new AsOf(deps);
    this.reasons = new Why(this.asOf, deps);
    this.snapshots = new NamedSnapshots(config, engine, (...asked) => this.asOf.model(...asked));
  }

  /** @throws {NotFound} @throws {InvalidRequest} for a moment that has not come */
  customer(customerId: string, moment: Moment): Promise<Readonly<Record<string, Json>>> {
    return this.asOf.customer(customerId, moment);
  }

  /** @throws {NotFound} @throws {StatementNotMade} @throws {InvalidRequest} */
  why(customerId: string, statement: string, which?: string, moment?: Moment): Promise<readonly Explanation[]> {
    return this.reasons.explain(customerId, statement, which, moment);
  }

  /**
   * Pages behind the first are of what was known when that was asked for, whatever was said late since.
   *
   * @throws {NotFound} @throws {InvalidRequest} for a moment that has not come, or a cursor of another one
   */
  async queries(name: string, moment: Moment, cursor?: string): Promise<Queries> {
    const { upTo } = (await this.asOf.at(moment)).past;
    const edition = cursor === undefined ? editionOf(name, moment, upTo) : cursorIn(cursor).edition;
    const knownTo = Number(edition.slice(edition.indexOf('.') + 1));
    if (!(knownTo <= upTo) || edition !== editionOf(name, moment, knownTo)) throw foreignCursor();
    const model = await this.model(name, { ...moment, knownTo });
    return new Queries(this.engine.registry, standingStill(model), edition);
  }

  /** What differs in a read model between two moments. @throws {NotFound} @throws {InvalidRequest} also where `to` is the earlier one */
  async differences(name: string, from: Moment, to: Moment): Promise<AsyncGenerator<Difference>> {
    await this.inOrder(from, to);
    const knownTo = await this.engine.store.head();
    const [before, after] = [await this.model(name, { ...from, knownTo }), await this.model(name, { ...to, knownTo })];
    return differences(before, after);
  }

  /** A whole read model. @throws {NotFound} @throws {InvalidRequest} for a moment that has not come */
  async model(name: string, moment: Moment, tell?: Progress): Promise<ReadModel> {
    const { upTo, until } = (await this.asOf.at(moment)).past;
    const id = JSON.stringify([name, upTo, until]); // late facts change what is known of a business time
    const folding = this.folded.get(id) ?? this.fold(name, { ...moment, knownTo: upTo }, tell);
    this.folded.delete(id);
    this.folded.set(id, folding);
    folding.catch(() => this.folded.delete(id));
    const [oldest] = this.folded.size > KEPT ? this.folded : [];
    if (oldest !== undefined) {
      this.folded.delete(oldest[0]);
      void settled(this.remove(oldest[1]));
    }
    return (await folding).model;
  }

  /** Both may be of recorded time, one an instant and one a position. */
  private async inOrder(from: Moment, to: Moment): Promise<void> {
    const [{ past: first }, { past: last }] = [await this.asOf.at(from), await this.asOf.at(to)];
    const isTurned = first.until === undefined ? first.upTo > last.upTo : first.until > (last.until ?? '');
    if (!isTurned) return;
    const message = `is ${to.at}, which lies before from, ${from.at}: exchange the two`;
    throw new InvalidRequest([{ path: 'to', message }]);
  }

  async close(): Promise<void> {
    await this.snapshots.close();
    const all = [...this.folded.values()];
    this.folded.clear();
    for (const folding of all) await settled(this.remove(folding));
  }

  private async fold(name: string, moment: Moment, tell?: Progress): Promise<Folded> {
    const folder = scratchFolder('as-of');
    const readModels = await openReadModels({ ...this.config, data: folder }, 'write');
    try {
      return { folder, readModels, model: await this.asOf.model(name, moment, readModels, tell) };
    } catch (error) {
      await readModels.close();
      await rm(folder, { recursive: true, force: true });
      throw scratchRoom(error);
    }
  }

  private async remove(folding: Promise<Folded>): Promise<void> {
    const { folder, readModels } = await folding;
    await readModels.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names a read model of a moment, as it was known when the store ended at a position. */
function editionOf(name: string, { at, by }: Moment, knownTo: Position): string {
  const what = createHash('sha256')
    .update(JSON.stringify([name, at, by]))
    .digest('base64url')
    .slice(0, 8);
  return `${what}.${knownTo}`;
}
