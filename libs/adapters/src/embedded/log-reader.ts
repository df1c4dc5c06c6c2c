import { markOf, type Metadata, type Position, type Recorded } from '#kernel/fact.js';
import type { Portion, ReadAll, ReadStream } from '#kernel/ports/event-store.js';
import { instantOf } from '#kernel/time.js';
import { guarded } from './log-file.js';
import type { Database, Statement } from './sqlite.js';

const CACHED_NAMES = 100_000;
const CHUNK_FACTS = 256;
/** Positions looked through in one go: what bounds the time the event loop stands still on a filtered read. */
const WINDOW = 10_000;
const NUMBERS = 7;

type Columns = [numbers: string | null, ids: string, data: string, metadata: string];

export interface Chunk {
  readonly facts: readonly Recorded[];
  readonly position: Position;
}

/** One row for many facts: joining their JSON in SQL and parsing it at once is faster than a row and a parse for each. */
const joined = (facts: string): string => `
  SELECT '[' || group_concat(position || ',' || stream || ',' || revision || ',' || type || ',' || version || ',' ||
      occurred || ',' || recorded) || ']',
    json_group_array(id), '[' || group_concat(data) || ']', '[' || group_concat(metadata) || ']'
  FROM (SELECT * FROM facts WHERE ${facts})`;

const OF_TYPES = '(SELECT id FROM types WHERE name IN (SELECT value FROM json_each(?)))';
const OF_STREAM = 'stream = (SELECT id FROM streams WHERE name = ?) AND revision';
const NAMES =
  'SELECT json_group_array(id), json_group_array(name) FROM streams WHERE id IN (SELECT value FROM json_each(?))';
const BETWEEN = 'position > ? AND position <= ?';

interface Bodies {
  readonly data: readonly Recorded['data'][];
  readonly metadata: readonly Metadata[];
  /** Why some of them are empty, by their place among the others. */
  readonly broken?: ReadonlyMap<number, string>;
}

/** Undefined where that is no JSON of so many. */
function together(joinedData: string, joinedMetadata: string, count: number): Bodies | undefined {
  try {
    const [data, metadata] = [JSON.parse(joinedData), JSON.parse(joinedMetadata)] as [Recorded['data'][], Metadata[]];
    return data.length === count && metadata.length === count ? { data, metadata } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a log on a connection of its own: it sees what is committed, and each statement is a snapshot that ends with it. */
export class LogReader {
  private readonly streamNames = new Map<number, string>();
  private readonly typeNames = new Map<number, string>();
  private readonly statements = new Map<string, Statement>();

  constructor(
    private readonly path: string,
    private readonly db: Database,
  ) {}

  head(): Position {
    return Number(this.row('SELECT coalesce(max(position), 0) FROM facts')[0]);
  }

  markAt(position: Position): string | undefined {
    const row: unknown[] | undefined = this.row('SELECT id, recorded FROM facts WHERE position = ?', position);
    return row && markOf({ id: row[0] as string, recordedAt: instantOf(Number(row[1])) });
  }

  /** @param isThere  True of a caller who knows that something is behind `from`. */
  stream(name: string, { from, limit = -1, backwards = false }: ReadStream, isThere = false): readonly Recorded[] {
    const sql = backwards
      ? joined(`${OF_STREAM} <= ? ORDER BY revision DESC LIMIT ?`)
      : joined(`${OF_STREAM} >= ? ORDER BY revision LIMIT ?`);
    const first = from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
    // Who goes on from what it knows finds nothing most times, and to join nothing costs three times as much as to look.
    if (!backwards && !isThere && !this.reaches(name, first)) return [];
    return this.facts(this.row(sql, name, first, Number.isFinite(limit) ? limit : -1), name);
  }

  private reaches(name: string, revision: number): boolean {
    const [found] = this.row(`SELECT EXISTS (SELECT 1 FROM facts WHERE ${OF_STREAM} >= ?)`, name, revision);
    return found === 1;
  }

  /** The next facts wanted behind `after`, at most `limit`, and how far it looked. */
  chunk(after: Position, end: Position, limit: number, { types, skip }: ReadAll): Chunk {
    const upTo = Math.min(end, after + WINDOW);
    const most = Math.min(limit, CHUNK_FACTS);
    const wanted = types ?? skip;
    const filter = types ? ` AND type IN ${OF_TYPES}` : skip ? ` AND type NOT IN ${OF_TYPES}` : '';
    const sql = joined(`${BETWEEN}${filter} ORDER BY position LIMIT ?`);
    const values = [after, upTo, ...(wanted ? [JSON.stringify(wanted)] : []), most];
    const facts = this.facts(this.row(sql, ...values));
    const newest = facts.at(-1);
    return { facts, position: newest !== undefined && facts.length === most ? newest.position : upTo };
  }

  /** The portion of streams behind a number that holds about so many facts. */
  portion(after: number, facts: number): Portion | undefined {
    const behind = 'SELECT stream FROM facts WHERE stream > ? ORDER BY stream, revision';
    const last = `SELECT coalesce((${behind} LIMIT 1 OFFSET ?), (SELECT max(stream) FROM facts WHERE stream > ?))`;
    const [upTo] = this.row(last, after, Math.max(0, facts - 1), after);
    return upTo === null ? undefined : { after, upTo: Number(upTo) };
  }

  /** How many streams there are. */
  streams(): number {
    return Number(this.row('SELECT coalesce(max(stream), 0) FROM facts')[0]);
  }

  /** The next facts of a portion's streams behind one of them, or from the first stream on, few at a time. */
  behind(portion: Portion, last: Recorded | undefined, { upTo = Infinity, skip = [] }: ReadAll): readonly Recorded[] {
    const [stream, revision] =
      last === undefined ? [portion.after, Infinity] : [this.streamId(last.stream), last.revision];
    const to = Number.isFinite(upTo) ? ' AND position <= ?' : '';
    const filter = skip.length > 0 ? ` AND type NOT IN ${OF_TYPES}` : '';
    const within = `(stream, revision) > (?, ?) AND stream <= ?${to}${filter}`;
    const values: (number | string)[] = [
      stream,
      Math.min(revision, Number.MAX_SAFE_INTEGER),
      portion.upTo,
      ...(to === '' ? [] : [upTo]),
    ];
    if (skip.length > 0) values.push(JSON.stringify(skip));
    return this.facts(this.row(joined(`${within} ORDER BY stream, revision LIMIT ${CHUNK_FACTS}`), ...values));
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }

  private row(sql: string, ...values: readonly (number | string)[]): unknown[] {
    let statement = this.statements.get(sql);
    if (statement === undefined) this.statements.set(sql, (statement = this.db.prepare(sql)));
    return guarded(this.path, () => statement.get(...values) as unknown[]);
  }

  private facts(row: unknown[], stream?: string): Recorded[] {
    const [joinedNumbers, joinedIds, joinedData, joinedMetadata] = row as Columns;
    if (joinedNumbers === null) return [];
    const numbers = JSON.parse(joinedNumbers) as number[];
    const ids = JSON.parse(joinedIds) as string[];
    const bodies = together(joinedData, joinedMetadata, ids.length) ?? this.oneByOne(numbers);
    if (stream === undefined) this.learnStreams(numbers);
    const facts = new Array<Recorded>(ids.length);
    let recordedMs = NaN; // facts of one commit share it
    let recordedAt = '';
    for (let at = 0, of = 0; at < ids.length; at += 1, of += NUMBERS) {
      const ms = numbers[of + 6] as number;
      if (ms !== recordedMs) [recordedMs, recordedAt] = [ms, instantOf(ms)];
      facts[at] = {
        id: ids[at] as string,
        type: this.typeName(numbers[of + 3] as number),
        version: numbers[of + 4] as number,
        occurredAt: instantOf(numbers[of + 5] as number),
        data: bodies.data[at] as Recorded['data'],
        metadata: bodies.metadata[at] as Metadata,
        stream: stream ?? (this.streamNames.get(numbers[of + 1] as number) as string),
        revision: numbers[of + 2] as number,
        position: numbers[of] as number,
        recordedAt,
      };
      const unreadable = bodies.broken?.get(at);
      if (unreadable !== undefined) facts[at] = { ...(facts[at] as Recorded), unreadable };
    }
    return facts;
  }

  /** Where one of them is no JSON any more, the others are as they were. */
  private oneByOne(numbers: readonly number[]): Bodies {
    const [data, metadata, broken]: [Recorded['data'][], Metadata[], Map<number, string>] = [[], [], new Map()];
    for (let at = 0; at * NUMBERS < numbers.length; at += 1) {
      const position = numbers[at * NUMBERS] as number;
      const [body, beside] = this.row('SELECT data, metadata FROM facts WHERE position = ?', position) as [
        string,
        string,
      ];
      try {
        data[at] = JSON.parse(body) as Recorded['data'];
        metadata[at] = JSON.parse(beside) as Metadata;
      } catch (error) {
        [data[at], metadata[at]] = [{}, { commandId: '' }];
        broken.set(at, `what is stored of it at position ${position} is no JSON: ${(error as Error).message}.`);
      }
    }
    return { data, metadata, broken };
  }

  private streamId(name: string): number {
    return Number(this.row('SELECT id FROM streams WHERE name = ?', name)[0]);
  }

  /** Names that are not known yet, in one look: of many customers most facts of the log are of another one than those before. */
  private learnStreams(numbers: readonly number[]): void {
    const { streamNames } = this;
    const unknown = new Set<number>();
    for (let of = 1; of < numbers.length; of += NUMBERS) {
      const id = numbers[of] as number;
      if (!streamNames.has(id)) unknown.add(id);
    }
    if (unknown.size === 0) return;
    if (streamNames.size >= CACHED_NAMES) {
      streamNames.clear(); // cheaper on a hit than to keep the order of use
      return this.learnStreams(numbers);
    }
    const [joinedIds, joinedNames] = this.row(NAMES, JSON.stringify([...unknown])) as [string, string];
    const names = JSON.parse(joinedNames) as string[];
    for (const [at, id] of (JSON.parse(joinedIds) as number[]).entries()) streamNames.set(id, names[at] as string);
  }

  private typeName(id: number): string {
    const cached = this.typeNames.get(id);
    if (cached !== undefined) return cached;
    const name = String(this.row('SELECT name FROM types WHERE id = ?', id)[0]);
    this.typeNames.set(id, name);
    return name;
  }
}
