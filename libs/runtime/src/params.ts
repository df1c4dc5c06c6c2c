import type { FastifyRequest } from 'fastify';
import { InvalidRequest, type FieldError } from '#kernel/errors.js';
import { momentOf, type Moment } from '#engine/past.js';
import type { Find, Wait } from '#engine/queries.js';
import type { When } from './reads.js';

export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

const WAIT_MS = 2_000;
const MOST_WAIT_MS = 60_000;

/** A header that decides what is done. Node would join two of them into one text. @throws {InvalidRequest} for two */
export function onceIn({ raw }: FastifyRequest, name: string): string | undefined {
  const given = raw.headersDistinct[name] ?? [];
  if (given.length > 1) throw new InvalidRequest([{ path: name, message: 'may be given once' }]);
  return given[0];
}

/** The caller's name for a request. Node reads bytes of headers as Latin-1, so what is no ASCII would be another name in a body. */
export function keyIn(request: FastifyRequest): string | undefined {
  const key = onceIn(request, 'idempotency-key');
  if (key === undefined || /^[\x20-\x7e]*$/.test(key)) return key;
  throw new InvalidRequest([
    { path: 'idempotency-key', message: 'must be printable ASCII; commandId in the body may be more' },
  ]);
}

/** @throws {InvalidRequest} for a header that decides what is done elsewhere, and would do nothing here */
export function throwIfGiven(request: FastifyRequest, names: readonly string[], message: string): void {
  const given = names.filter((name) => onceIn(request, name) !== undefined);
  if (given.length > 0) throw new InvalidRequest(given.map((path) => ({ path, message })));
}

/** The parameters of a query string, each at most once; collects what is wrong with them. */
export class Params {
  private readonly errors: FieldError[] = [];
  private readonly asked = new Set<string>();

  constructor(private readonly query: RawQuery) {}

  text(name: string): string | undefined {
    this.asked.add(name);
    const value = this.query[name];
    if (value === undefined || (typeof value === 'string' && !value.includes('\0'))) return value;
    this.wrong(name, typeof value === 'string' ? 'may not hold a NUL' : 'may be given once');
    return undefined;
  }

  whole(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    this.wrong(name, `must be a whole number from ${least} to ${most}`);
    return undefined;
  }

  flag(name: string): boolean {
    const text = this.text(name);
    if (text !== undefined && text !== 'true' && text !== 'false') this.wrong(name, 'must be true or false');
    return text === 'true';
  }

  list(name: string): readonly string[] | undefined {
    return this.text(name)
      ?.split(',')
      .filter((item) => item !== '');
  }

  wait(): Wait | undefined {
    const position = this.whole('after', 0);
    const timeoutMs = this.whole('wait', 0, MOST_WAIT_MS) ?? WAIT_MS;
    return position === undefined ? undefined : { position, timeoutMs };
  }

  /** As of when: an instant or a position, and `by`; undefined for now. */
  moment(name = 'asOf'): Moment | undefined {
    const [at, by] = [this.text(name), this.text('by')];
    if (at === undefined) {
      if (by !== undefined) this.wrong('by', `goes with ${name}`);
      return undefined;
    }
    try {
      return momentOf(at, by);
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      for (const { path, message } of error.errors) this.wrong(path === 'by' ? path : name, message);
      return undefined;
    }
  }

  /** How far documents must be, or as of when they are wanted: not both. */
  when(): When {
    const [wait, moment] = [this.wait(), this.moment()];
    if (wait !== undefined && moment !== undefined)
      this.wrong('after', 'does not go with asOf: the past waits for nothing');
    return { wait, moment };
  }

  /** The same, or from which snapshot. */
  whenOrSnapshot(): When {
    const [when, snapshot] = [this.when(), this.text('snapshot')];
    const other = when.moment === undefined ? (when.wait === undefined ? undefined : 'after') : 'asOf';
    if (snapshot !== undefined && other !== undefined)
      this.wrong('snapshot', `does not go with ${other}: it is of a moment already`);
    return { ...when, snapshot };
  }

  /** What is left over, as filters: `field=value`, `field[gte]=value`. */
  find(): Find {
    const sort = this.list('sort');
    const limit = this.whole('limit', 1);
    const cursor = this.text('cursor');
    const where = new Map<string, string | Record<string, string>>();
    for (const name of Object.keys(this.query)) {
      if (this.asked.has(name)) continue;
      const value = this.text(name) ?? '';
      const [, field = name, comparison] = /^(.+)\[(\w+)\]$/.exec(name) ?? [];
      const known = where.get(field);
      if (comparison === undefined) where.set(field, value);
      else where.set(field, { ...(typeof known === 'object' && known), [comparison]: value });
    }
    return {
      where: Object.fromEntries(where),
      ...(sort !== undefined && { sort }),
      ...(limit !== undefined && { limit }),
      ...(cursor !== undefined && { cursor }),
    };
  }

  wrong(path: string, message: string): void {
    this.errors.push({ path, message });
  }

  /** @throws {InvalidRequest} when a parameter does not hold, or, with `all`, was never asked for */
  check(all = true): void {
    for (const name of all ? Object.keys(this.query) : []) {
      if (!this.asked.has(name)) this.wrong(name, 'is no parameter of this');
    }
    if (this.errors.length > 0) throw new InvalidRequest(this.errors);
  }
}
