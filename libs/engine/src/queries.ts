import { InvalidRequest } from '#kernel/errors.js';
import { fieldOf, type Json, type Pinned, type Query, type Range, type ReadModel } from '#kernel/ports/read-models.js';
import type { Index } from '#kernel/projection.js';
import { cursorBehind, cursorIn, foreignCursor, type Cursor } from './cursor.js';
import { CursorExpired } from './errors.js';
import { specOf, standingStill, type ReadSide } from './read-side.js';
import type { Registry } from './registry.js';

/** What a caller wants of a read model, in texts as they come from a URL or a command line. */
export interface Find {
  /** `field=value`, or a comparison: `{"spend.units": {gte: "1000"}}`. */
  readonly where?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** Fields in order, `-` in front for falling. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  /** As a page before gave it. */
  readonly cursor?: string;
}

export interface Page {
  readonly items: readonly Json[];
  /** Position up to which the read model was folded. */
  readonly position: number;
  /** Of the read model, where it is not the present version: that one is being built, and this one stands still. */
  readonly version?: number;
  /** Asks for the next page; absent on the last. */
  readonly cursor?: string;
}

export interface Found {
  readonly doc: Json;
  /** Of the last fact that changed it. */
  readonly position: number;
  /** As of a page. */
  readonly version?: number;
}

export const MOST_PER_PAGE = 1_000;
const USUAL_PAGE = 50;
const COMPARISONS = ['gt', 'gte', 'lt', 'lte'];

/** Finds documents over declared indexes only: what is answered stays fast however many there are. */
export class Queries {
  constructor(
    private readonly registry: Registry,
    private readonly readSide: ReadSide,
    /** Names what is asked where the same is folded again for later pages. */
    private readonly edition?: string,
  ) {}

  /** A document by its key; undefined where there is none. @throws {NotFound} @throws {NotYetProjected} */
  async get(name: string, key: string, wait?: Wait): Promise<Found | undefined> {
    if (wait !== undefined) await this.readSide.caughtUp(name, wait.position, wait.timeoutMs);
    const model = await this.readSide.answering(name);
    const stored = (await model.load([key])).get(key);
    if (stored?.doc == null) return undefined;
    const { version } = model;
    const isPresent = version === specOf(this.registry, name).version;
    return { doc: stored.doc, position: stored.position, ...(!isPresent && { version }) };
  }

  /**
   * Pages behind the first are of the build that the first was of, also when readers have another one by now.
   *
   * @throws {InvalidRequest} naming the indexes there are @throws {CursorExpired} @throws {NotFound} @throws {NotYetProjected}
   */
  async find(name: string, find: Find, wait?: Wait): Promise<Page> {
    const spec = specOf(this.registry, name);
    const cursor = find.cursor === undefined ? undefined : cursorIn(find.cursor);
    const query = plan(spec.indexes, find, cursor?.after, this.sampleOf(name));
    if (wait !== undefined) await this.readSide.caughtUp(name, wait.position, wait.timeoutMs);
    const { model, release } = await this.pinnedFor(name, cursor);
    try {
      const { version } = model;
      const page = await pageOf(model, query, this.edition);
      return version === spec.version ? page : { ...page, version };
    } finally {
      release();
    }
  }

  private async pinnedFor(name: string, cursor: Cursor | undefined): Promise<Pinned> {
    if (cursor === undefined || this.edition !== undefined) {
      if (cursor !== undefined && cursor.edition !== this.edition) throw foreignCursor();
      return (await this.readSide.answering(name)).pin();
    }
    const pinned = await this.readSide.pin(name, cursor.edition);
    if (pinned === undefined) throw new CursorExpired(name);
    return pinned;
  }

  /** The same questions to the build that answers now, whichever readers are switched to meanwhile. @throws {NotFound} */
  async pinned(name: string): Promise<{ readonly queries: Queries; release(): void }> {
    const { model, release } = await (await this.readSide.answering(name)).pin();
    return { queries: new Queries(this.registry, standingStill(model)), release };
  }

  /** An empty document, which shows what kind of value each field holds. */
  private sampleOf(name: string): Json {
    return (this.registry.projections.get(name)?.initial('') ?? {}) as Json;
  }

  /** Indexes of a read model as they are written in a sort. @throws {NotFound} */
  indexes(name: string): readonly string[] {
    return specOf(this.registry, name).indexes.map(shown);
  }
}

export interface Wait {
  readonly position: number;
  readonly timeoutMs: number;
}

async function pageOf(model: ReadModel, plan: Plan, edition: string | undefined): Promise<Page> {
  const { limit } = plan;
  const { position } = await model.checkpoint();
  const found =
    plan.index === undefined
      ? await model.scan(plan.afterKey, limit + 1)
      : await model.find({ ...plan.query, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ doc }) => doc as Json);
  if (found.length <= limit || last === undefined) return { items, position };
  return { items, position, cursor: cursorBehind(last, plan.index, edition ?? (await model.edition())) };
}

type Plan =
  | { readonly index: undefined; readonly afterKey: string; readonly limit: number }
  | { readonly index: Index; readonly query: Omit<Query, 'limit'>; readonly limit: number };

function plan(indexes: readonly Index[], find: Find, after: Cursor['after'] | undefined, sample: Json): Plan {
  const { where = {}, sort = [], limit = USUAL_PAGE } = find;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MOST_PER_PAGE) {
    throw new InvalidRequest([{ path: 'limit', message: `must be a whole number from 1 to ${MOST_PER_PAGE}` }]);
  }
  const wanted = sort.map((field) => (field.startsWith('-') ? ([field.slice(1), -1] as const) : ([field, 1] as const)));
  if (Object.keys(where).length === 0 && wanted.length === 0) {
    if (after !== undefined && after.length !== 1) throw foreignCursor();
    return { index: undefined, afterKey: String(after?.[0] ?? ''), limit };
  }
  for (const index of indexes) {
    const query = fit(index, where, wanted, sample);
    if (query === undefined) continue;
    if (after !== undefined && after.length !== Object.keys(index).length + 1) throw foreignCursor();
    return { index, query: { ...query, ...(after !== undefined && { after }) }, limit };
  }
  const known = indexes.map(shown).join(' | ') || 'none';
  const path = fits(indexes, where, sample) ? 'sort' : 'where';
  throw new InvalidRequest([
    { path, message: `no declared index serves these filters and this sort; there are: ${known}` },
  ]);
}

/** True where filters alone would be served: then it is the sort that is not. */
const fits = (indexes: readonly Index[], where: NonNullable<Find['where']>, sample: Json): boolean =>
  Object.keys(where).length === 0 || indexes.some((index) => fit(index, where, [], sample) !== undefined);

/** The query over an index that serves filters and sort, or undefined. */
function fit(
  index: Index,
  where: NonNullable<Find['where']>,
  sort: readonly (readonly [string, 1 | -1])[],
  sample: Json,
) {
  const fields = Object.entries(index);
  const equal: Record<string, unknown> = {};
  let used = 0;
  for (; used < fields.length; used += 1) {
    const [field] = fields[used] as [string, 1 | -1];
    const value = where[field];
    if (typeof value !== 'string') break;
    equal[field] = valueOf(value, fieldOf(sample, field));
  }
  const rangeField = fields[used]?.[0];
  const ranged = rangeField === undefined ? undefined : where[rangeField];
  const range = typeof ranged === 'object' ? rangeOf(rangeField as string, ranged, sample) : undefined;
  if (Object.keys(where).length !== used + (range === undefined ? 0 : 1)) return undefined;
  const rest = fields.slice(used);
  const free = sort.filter(([field]) => !(field in equal)); // what is equal needs no order
  const turn = free[0] === undefined ? 1 : (rest[0]?.[1] ?? 1) * free[0][1];
  const sorted = free.every(([field, direction], at) => rest[at]?.[0] === field && rest[at][1] * turn === direction);
  if (!sorted) return undefined;
  return { index, equal, ...(range !== undefined && { range }), reverse: turn === -1 };
}

function rangeOf(field: string, comparisons: Readonly<Record<string, string>>, sample: Json): Range {
  const range: Record<string, unknown> = {};
  for (const [comparison, value] of Object.entries(comparisons)) {
    if (!COMPARISONS.includes(comparison)) {
      throw new InvalidRequest([
        { path: `where.${field}`, message: `${comparison} is none of ${COMPARISONS.join(', ')}` },
      ]);
    }
    range[comparison] = valueOf(value, fieldOf(sample, field));
  }
  return range;
}

/**
 * A text as the kind of value its field has in an empty document. Where that is null, numbers and truth values are taken
 * for themselves; quotes make a text of anything.
 */
function valueOf(text: string, like: unknown): unknown {
  if (/^".*"$/.test(text)) return text.slice(1, -1);
  if (text === 'null') return null;
  if (typeof like === 'string') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : text;
}

const shown = (index: Index): string =>
  Object.entries(index)
    .map(([field, direction]) => (direction === -1 ? `-${field}` : field))
    .join(',');
