import { DomainError } from '#kernel/errors.js';
import { customerOf, type Position, type Recorded } from '#kernel/fact.js';
import type { ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import { EARLIEST } from '#kernel/time.js';

/** A fact that a projection could not fold. Its customer's documents stand still there; others go on. */
export interface Parked {
  readonly projection: string;
  /** Empty where the fact is not of a customer's stream. */
  readonly customerId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly type: string;
  readonly reason: string;
}

const keyOf = (projection: string, owner: string): string => `${projection} ${owner}`;

/** Which customers wait in which projections; kept, so that a restart skips nothing silently. */
export class Parking {
  private readonly parked = new Map<string, Parked>();

  /**
   * @param model  Where they are kept; nowhere for a build, whose parked facts count only once it is read.
   * @param stopsAt  Throws where the fold is rather to end.
   */
  private constructor(
    private readonly model?: ReadModel,
    private readonly stopsAt?: (projection: string, recorded: Recorded, error: unknown) => void,
  ) {}

  /** For a build beside the one that is read, which goes on with what it has parked itself. */
  static ofBuild(parked: readonly Parked[] = []): Parking {
    const parking = new Parking();
    parking.hold(parked);
    return parking;
  }

  /** What others parked of the same build. */
  hold(parked: readonly Parked[]): void {
    for (const one of parked) {
      const { projection, customerId, stream, revision } = one;
      this.parked.set(keyOf(projection, customerId === '' ? `${stream} ${revision}` : customerId), one);
    }
  }

  /** True where it ends with the build: then what it holds is written with the build's progress. */
  get isOfBuild(): boolean {
    return this.model === undefined;
  }

  /** For a build that is of no use where its projection fails: `stopsAt` throws what is to be said of it. */
  static stopping(stopsAt: (projection: string, recorded: Recorded, error: unknown) => void): Parking {
    return new Parking(undefined, stopsAt);
  }

  /** The same for a build that goes its own way from here. */
  copied(): Parking {
    const copy = Parking.ofBuild();
    for (const [key, parked] of this.parked) copy.parked.set(key, parked);
    return copy;
  }

  static async open(readModels: ReadModels): Promise<Parking> {
    const model = await readModels.open({ name: 'parked', version: 1, indexes: [] });
    const parking = new Parking(model);
    for (let after = ''; ;) {
      const page = await model.scan(after, 1_000);
      for (const { key, doc } of page) parking.parked.set(key, doc as unknown as Parked);
      if (page.length < 1_000) return parking;
      after = page.at(-1)?.key ?? '';
    }
  }

  /** True for a customer who waits, at a position: facts before the parked one are folded still. */
  has(projection: string, customerId: string, position: Position = Infinity): boolean {
    if (this.parked.size === 0 || customerId === '') return false;
    const parked = this.parked.get(keyOf(projection, customerId));
    return parked !== undefined && parked.position <= position;
  }

  of(projection: string): readonly Parked[] {
    return [...this.parked.values()].filter((parked) => parked.projection === projection);
  }

  get size(): number {
    return this.parked.size;
  }

  /** Durable before the projection passes the fact. */
  async park(
    projection: string,
    recorded: Recorded,
    error: unknown,
    customerId = customerOf(recorded.stream),
  ): Promise<void> {
    const found = this.unknown(projection, recorded, error, customerId);
    if (found === undefined) return;
    const [key, doc] = found;
    await this.write(key, { ...doc }, recorded.position);
    this.parked.set(key, doc);
  }

  /** The same for a build, of which nothing is kept. */
  note(projection: string, recorded: Recorded, error: unknown, customerId = customerOf(recorded.stream)): void {
    const found = this.unknown(projection, recorded, error, customerId);
    if (found !== undefined) this.parked.set(...found);
  }

  private unknown(
    projection: string,
    recorded: Recorded,
    error: unknown,
    customerId: string,
  ): [string, Parked] | undefined {
    this.stopsAt?.(projection, recorded, error);
    const { stream, revision, position, type } = recorded;
    const key = keyOf(projection, customerId === '' ? `${stream} ${revision}` : customerId);
    if (this.parked.has(key)) return undefined;
    const reason = error instanceof DomainError || error instanceof Error ? error.message : String(error);
    return [key, { projection, customerId, stream, revision, position, type, reason }];
  }

  /** Takes in what a build parked; before readers switch to it, so that a crash in between hides nothing. */
  async adopt(build: Parking): Promise<void> {
    for (const [key, parked] of build.parked) {
      await this.write(key, { ...parked }, parked.position);
      this.parked.set(key, parked);
    }
  }

  /** Forgets what a projection had parked and its new build could fold. */
  async releaseAllBut(build: Parking, projection: string): Promise<void> {
    for (const [key, parked] of this.parked) {
      if (parked.projection !== projection || build.parked.has(key)) continue;
      await this.write(key, null, parked.position);
      this.parked.delete(key);
    }
  }

  /** Forgets that a customer was parked: their documents are whole again. */
  async release(projection: string, customerId: string): Promise<void> {
    const key = keyOf(projection, customerId);
    const parked = this.parked.get(key);
    if (parked === undefined) return;
    await this.write(key, null, parked.position);
    this.parked.delete(key);
  }

  private async write(key: string, doc: Record<string, unknown> | null, position: Position): Promise<void> {
    if (this.model === undefined) return;
    const loadedAt = (await this.model.load([key])).get(key)?.position ?? 0;
    await this.model.write([{ key, doc, position, due: null, loadedAt }], { position: 0, clock: EARLIEST });
  }
}
