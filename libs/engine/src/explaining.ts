import { canonicalJson } from '#kernel/canonical.js';
import type { Fact } from '#kernel/fact.js';
import type { Json } from '#kernel/ports/read-models.js';
import type { AnyStatement, Next, Telling } from '#kernel/statement.js';
import type { AsOfDeps, Then } from './as-of.js';
import { FoldContext } from './context.js';
import type { Earlier, Explanation, ListedFact } from './explanation.js';
import { Retelling, type Own, type Told } from './retelling.js';

/** Facts that are listed one by one; more are taken as one, which keeps a long history quick to explain and to read. */
const MOST_LISTED = 40;
/** Timers that are let off to find out what time will change. */
const MOST_TIMERS = 500;

export interface Asked {
  readonly deps: AsOfDeps;
  readonly then: Then;
  readonly statement: AnyStatement;
  readonly customerId: string;
  readonly key: string;
  readonly doc: Json;
  /** All facts that it may rest on. */
  readonly own: readonly Own[];
  /** They all told. */
  readonly whole: Told;
}

/** What a statement rests on: found by telling it again from fewer facts. */
export async function explained(asked: Asked): Promise<Explanation> {
  const { statement, customerId, key, doc, deps } = asked;
  const { retelling, decision, listed, earlier } = await behind(asked);
  const telling = tellingOf(asked, decision?.fact);
  const begun =
    earlier.length === 0 ? retelling.nothing : await retelling.on(retelling.nothing, earlier, positionOf(earlier));
  const without = async (facts: readonly Own[], from: Told): Promise<Json | undefined> =>
    (await retelling.on(from, facts)).run.documentsNow().get(key);
  const facts: ListedFact[] = [];
  for (const own of listed) {
    const other = await without(
      listed.filter((one) => one !== own),
      begun,
    );
    const decisive = !sameBy(other, doc, (one) => statement.states(one));
    const { what, amount = null } = deps.registry.said(own.fact);
    const { id, revision, type, occurredAt } = own.fact;
    const instead = decisive && other !== undefined ? otherWords(statement, other, doc) : null;
    facts.push({ ...{ id, revision, type, occurredAt, what, amount, decisive }, without: instead });
  }
  const rest = earlier.length === 0 ? doc : await without(listed, retelling.nothing);
  return {
    ...{ customerId, statement: statement.name, which: statement.kind ?? statement.nameOf?.(doc) ?? null, key },
    ...{ readModel: statement.projection.name, at: telling.at, says: `${customerId} ${statement.says(doc)}.` },
    ...{ states: statement.states(doc), figures: statement.figures(doc) },
    ...{ follows: statement.follows(telling), rules: statement.rules(telling) },
    earlier: earlierOf(earlier, !sameBy(rest, doc, (one) => statement.states(one))),
    facts,
    next: statement.next === undefined ? nextOf(asked, telling) : (statement.next(telling) ?? null),
  };
}

interface Behind {
  readonly retelling: Retelling;
  /** The fact that the statement goes back to, where that can be decided again. */
  readonly decision: Own | undefined;
  readonly listed: readonly Own[];
  readonly earlier: readonly Own[];
}

/** The facts that give the statement: those that the slice thinks of, if they do, else all that it could rest on. */
async function behind(asked: Asked): Promise<Behind> {
  const { statement, own, doc } = asked;
  const decision = own.findLast(
    ({ fact }) => fact.metadata.derived === true && statement.decision?.is(fact, doc) === true,
  );
  for (const decided of decision === undefined ? [undefined] : [decision, undefined]) {
    const retelling = new Retelling(asked.deps, asked.then, statement, decided);
    const all = own.filter((one) => one !== decided);
    const telling = tellingOf(asked, decision?.fact);
    const fewer =
      statement.restsOn?.(
        all.map(({ fact }) => fact),
        telling,
      ) ?? [];
    const kept = new Set(fewer);
    for (const facts of [all.filter(({ fact }) => kept.has(fact)), all]) {
      if (!(await gives(asked, retelling, facts))) continue;
      return { retelling, decision: decided ?? decision, ...(await parted(asked, retelling, facts, all)) };
    }
  }
  throw new Error(`${statement.name} of ${asked.customerId} does not follow from all their facts.`);
}

/** The newest facts one by one; all before them as one, where they are needed. */
async function parted(asked: Asked, retelling: Retelling, facts: readonly Own[], all: readonly Own[]) {
  const listed = facts.slice(-MOST_LISTED);
  if (listed.length === facts.length || (await gives(asked, retelling, listed))) return { listed, earlier: [] };
  const earlier = all.slice(0, all.indexOf(listed[0] as Own));
  if (await gives(asked, retelling, [...earlier, ...listed])) return { listed, earlier };
  return { listed: all.slice(-MOST_LISTED), earlier: all.slice(0, -MOST_LISTED) };
}

/** Whether facts give the same statement with the same figures. */
async function gives({ statement, key, doc }: Asked, retelling: Retelling, facts: readonly Own[]): Promise<boolean> {
  const told = await retelling.on(retelling.nothing, facts);
  return sameBy(told.run.documentsNow().get(key), doc, (one) => [statement.states(one), statement.figures(one)]);
}

/** What would be said; where the words are the same, as days are of two hours, with what differs. */
function otherWords(statement: AnyStatement, other: Json, doc: Json): string {
  const words = statement.says(other);
  if (words !== statement.says(doc)) return words;
  const [now, then] = [statement.states(doc) as Json, statement.states(other) as Json];
  const text = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value ?? null));
  const differing = Object.keys({ ...now, ...then }).filter((name) => text(now[name]) !== text(then[name]));
  return [words, ...differing.map((name) => `${name} ${text(then[name])} instead of ${text(now[name])}`)].join(', ');
}

const sameBy = (other: Json | undefined, doc: Json, by: (doc: Json) => unknown): boolean =>
  other !== undefined && canonicalJson(by(other)) === canonicalJson(by(doc));

function tellingOf({ customerId, doc, then, whole, own }: Asked, decision: Fact | undefined): Telling<Json> {
  const last = own.at(-1)?.fact.occurredAt ?? '';
  const at = last > whole.run.clock ? last : whole.run.clock;
  const context = new FoldContext(then.references).turnTo(at, Infinity, decision?.metadata.policies);
  return { customerId, doc, at, context, decision };
}

/** What the projection's own timers will make of it, up to the first that states something else. */
function nextOf({ statement, doc, then }: Asked, { at }: Telling<Json>): Next | null {
  const { timers } = statement.projection;
  const context = new FoldContext(then.references);
  let [now, clock] = [doc, at];
  for (let fired = 0; timers !== undefined && fired < MOST_TIMERS; fired += 1) {
    const due = timers.due(now, context.turnTo(clock, Infinity));
    const after = due === null ? null : (timers.fire(now, due, context.turnTo(due, Infinity)) as Json | null);
    if (due === null || after === null) return null;
    if (!sameBy(after, doc, (one) => statement.states(one))) return { at: due, says: statement.says(after) };
    [now, clock] = [after, due > clock ? due : clock];
  }
  return null;
}

function earlierOf(earlier: readonly Own[], decisive: boolean): Earlier | null {
  const last = earlier.at(-1)?.fact;
  if (last === undefined) return null;
  const times = earlier.map(({ fact }) => fact.occurredAt).sort();
  const [firstAt = '', lastAt = ''] = [times[0], times.at(-1)];
  return { facts: earlier.length, lastRevision: last.revision, firstAt, lastAt, decisive };
}

const positionOf = (facts: readonly Own[]): number => facts.at(-1)?.recorded.position ?? 0;
