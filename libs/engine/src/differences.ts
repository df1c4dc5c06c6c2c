import { setImmediate as turn } from 'node:timers/promises';
import { canonicalJson } from '#kernel/canonical.js';
import { compareTexts } from '#kernel/ports/index-order.js';
import type { DocumentText, Json, ReadModel, Stored } from '#kernel/ports/read-models.js';

/** A field of a document that differs, by its path. */
export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A document of a read model at two moments. */
export interface Difference {
  readonly key: string;
  readonly kind: 'appeared' | 'disappeared' | 'changed';
  readonly changes: readonly Change[];
  /** Why the later one says what it says: facts and policy version, where its read model keeps that. */
  readonly why: unknown;
}

const PAGE = 1_000;
/** Says why, and is shown as that. */
const WHY = 'why';

/** A walk through the texts of a read model's documents by their keys; holds a page. */
class Walk {
  private page: readonly DocumentText[] = [];
  private at = 0;
  private isLast = false;

  constructor(private readonly model: ReadModel) {}

  /** Undefined at the end, and where a page is to be fetched. */
  get current(): DocumentText | undefined {
    return this.page[this.at];
  }

  pass(): void {
    this.at += 1;
  }

  /** True where there is one more, which is the current one then. */
  async fetch(): Promise<boolean> {
    if (this.current === undefined && !this.isLast) {
      this.page = await this.model.texts(this.page.at(-1)?.key ?? '', PAGE);
      this.at = 0;
      this.isLast = this.page.length < PAGE;
      await turn(); // others of this thread go on
    }
    return this.current !== undefined;
  }
}

/** The documents that differ between two read models, in key order. Only texts that differ are looked into. */
export async function* differences(before: ReadModel, after: ReadModel): AsyncGenerator<Difference> {
  const [olds, news] = [new Walk(before), new Walk(after)];
  for (;;) {
    if (olds.current === undefined || news.current === undefined) {
      const more = [await olds.fetch(), await news.fetch()];
      if (!more.includes(true)) return;
    }
    const [left, right] = [olds.current, news.current];
    const order = left === undefined ? 1 : right === undefined ? -1 : compareTexts(left.key, right.key);
    if (order !== 0 || left?.text !== right?.text) {
      const found = differenceOf(order <= 0 ? documentOf(left) : undefined, order >= 0 ? documentOf(right) : undefined);
      if (found !== undefined) yield found;
    }
    if (order <= 0) olds.pass();
    if (order >= 0) news.pass();
  }
}

type Document = Pick<Stored, 'key' | 'doc'>;

const documentOf = (kept: DocumentText | undefined): Document | undefined =>
  kept && { key: kept.key, doc: JSON.parse(kept.text) as Json };

/** Of one document; undefined where it is the same, or none. */
export function differenceOf(before: Document | undefined, after: Document | undefined): Difference | undefined {
  if (before === undefined && after === undefined) return undefined;
  const key = (after ?? before)?.key ?? '';
  const changes = changesBetween(before?.doc ?? {}, after?.doc ?? {});
  const why = (after ?? before)?.doc?.[WHY] ?? null;
  if (before === undefined) return { key, kind: 'appeared', changes, why };
  if (after === undefined) return { key, kind: 'disappeared', changes, why };
  return changes.length === 0 ? undefined : { key, kind: 'changed', changes, why };
}

/** Fields whose values differ, to the depth of plain objects; lists are compared as wholes. */
function changesBetween(before: Json, after: Json, path = ''): readonly Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes: Change[] = [];
  for (const name of [...names].sort()) {
    if (path === '' && name === WHY) continue;
    const [from = null, to = null] = [before[name], after[name]];
    if (isPlain(from) && isPlain(to)) changes.push(...changesBetween(from, to, `${path}${name}.`));
    else if (canonicalJson(from) !== canonicalJson(to)) changes.push({ field: `${path}${name}`, from, to });
  }
  return changes;
}

const isPlain = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
