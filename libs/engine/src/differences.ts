import { canonicalJson } from '#kernel/canonical.js';
import { compareTexts } from '#kernel/ports/index-order.js';
import type { Json, ReadModel, Stored } from '#kernel/ports/read-models.js';

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

/** The documents that differ between two read models, in key order; holds a page of each. */
export async function* differences(before: ReadModel, after: ReadModel): AsyncGenerator<Difference> {
  const [olds, news] = [documents(before), documents(after)];
  let [old, now] = [await olds.next(), await news.next()];
  while (old.done !== true || now.done !== true) {
    const [left, right] = [old.done === true ? undefined : old.value, now.done === true ? undefined : now.value];
    const order = left === undefined ? 1 : right === undefined ? -1 : compareTexts(left.key, right.key);
    const found = differenceOf(order <= 0 ? left : undefined, order >= 0 ? right : undefined);
    if (found !== undefined) yield found;
    if (order <= 0) old = await olds.next();
    if (order >= 0) now = await news.next();
  }
}

async function* documents(model: ReadModel): AsyncGenerator<Stored> {
  for (let afterKey = ''; ;) {
    const page = await model.scan(afterKey, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    afterKey = page.at(-1)?.key ?? '';
  }
}

/** Of one document; undefined where it is the same, or none. */
export function differenceOf(before: Stored | undefined, after: Stored | undefined): Difference | undefined {
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
