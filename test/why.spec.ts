import fc from 'fast-check';
import { canonicalJson } from '#kernel/canonical.js';
import type { AnyDecider } from '#kernel/decider.js';
import type { Fact, Recorded } from '#kernel/fact.js';
import type { Json } from '#kernel/ports/read-models.js';
import type { AnyStatement } from '#kernel/statement.js';
import { plusHours, plusMs } from '#kernel/time.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { AsOf } from '#engine/as-of.js';
import { FoldContext } from '#engine/context.js';
import { Customer } from '#engine/customer.js';
import { Decision } from '#engine/decision.js';
import { openAll } from '#engine/reader.js';
import { Registry } from '#engine/registry.js';
import type { Explanation } from '#engine/explanation.js';
import { Why } from '#engine/why.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { lifecyclePolicy } from '#slices/lifecycle/lifecycle.policy.js';
import { slices } from '#slices/index.js';
import { momentOf } from '#engine/past.js';
import { CUSTOMERS, factsOf, lived, START, stepsOf } from './lives.fixture.js';
import { StoreOfSome } from './store-of-some.fixture.js';

const usd = (dollars: number) => ({ units: dollars * 100, scale: 2, currency: 'USD' });
const whyIn = ({ engine }: World): Why => new Why(new AsOf(engine), engine);
const ASKED = [
  ['stage'],
  ['tier'],
  ['balance'],
  ['alert'],
  ...['silent', 'low_score', 'value_fell'].map((r) => ['alert', r]),
];

const statementOf = (
  { engine }: World,
  { statement, which }: Pick<Explanation, 'statement' | 'which'>,
): AnyStatement => {
  const named = engine.registry.statements.filter(({ name }) => name === statement);
  const found = named.find(({ kind }) => kind === which) ?? named[0];
  if (found === undefined) throw new Error(`There is no statement ${statement}.`);
  return found;
};

/** Everything that can be explained of a customer. */
async function allOf(world: World, customerId: string): Promise<readonly Explanation[]> {
  const all: Explanation[] = [];
  for (const [name = '', which] of ASKED)
    all.push(...(await whyIn(world).explain(customerId, name, which).catch(nothing)));
  return all;
}

function nothing(error: { readonly code?: string }): readonly Explanation[] {
  if (error.code !== 'statement.not_made' && error.code !== 'customer.not_found') throw error;
  return [];
}

/** The revisions that an explanation lists, but for one. */
function listed({ facts, earlier }: Explanation, but?: string): (fact: Recorded) => boolean {
  const ids = new Set(facts.map(({ id }) => id).filter((id) => id !== but));
  return ({ id, revision }) => ids.has(id) || revision <= (earlier?.lastRevision ?? -1);
}

/** The document that the read model's own fold makes of some of the customer's facts. */
async function replayed(world: World, { customerId, key, readModel }: Explanation, some: (fact: Recorded) => boolean) {
  const { registry, reader, clock, store } = world.engine;
  const asOf = new AsOf({ registry, reader, clock, store: new StoreOfSome(store, customerId, some) });
  const empty = new MemoryReadModels();
  const model = await asOf.model(readModel, { at: await store.head(), by: 'recorded' }, empty);
  return (await model.load([key])).get(key)?.doc ?? undefined;
}

/** As the product is, but for one thing: time owes nothing but what the slice of a fact decides. What others decided stands. */
const deciding = (type: string): Registry =>
  new Registry(
    slices.map((slice) => {
      const { due: _, settle: __, ...decider } = slice.decider ?? {};
      const mine = slice.decider === undefined || slice.events.some((event) => event.type === type);
      return mine ? slice : { ...slice, decider: decider as AnyDecider };
    }),
  );

/** What the write path decides anew where it knows some of the facts before a decision. */
async function decidedAnew(
  world: World,
  decision: Recorded,
  some: (fact: Recorded) => boolean,
): Promise<readonly Fact[]> {
  const { reader, references, ids } = world.engine;
  const registry = deciding(decision.type);
  const customer = new Customer(decision.stream.slice('customer-'.length), registry);
  const context = new FoldContext(references);
  const found: Fact[] = [];
  for (const recorded of (await world.store.readStream(decision.stream)).filter(some)) {
    if (recorded.revision >= decision.revision) break;
    const fact = await reader.read(recorded, openAll);
    customer.fold(fact, recorded.position, registry, context);
    if (fact.metadata.commandId !== decision.metadata.commandId) continue;
    for (const { index, decider } of registry.reactors(fact.type)) {
      const made = decider.react?.(customer.states[index], fact, context.turnTo(fact.occurredAt, Infinity)) ?? [];
      found.push(...made.map((proposal) => ({ ...fact, ...proposal, occurredAt: fact.occurredAt }) as Fact));
    }
  }
  const settling = new Decision(customer, decision.metadata, registry, context, ids);
  settling.settle(decision.occurredAt);
  return [...found, ...settling.decided.map(({ fact }) => fact)];
}

describe('why', () => {
  it('lists facts that give the same statement again, and marks those without which it is another', async () => {
    const seen = { stage: 0, tier: 0, balance: 0, alert: 0, decisive: 0, supporting: 0, decidedAgain: 0 };
    await fc.assert(
      fc.asyncProperty(stepsOf(CUSTOMERS.slice(0, 2), 30), async (steps) => {
        const world = await lived(steps);
        await world.advanceTo(world.engine.now());
        for (const customerId of CUSTOMERS.slice(0, 2)) {
          for (const explanation of await allOf(world, customerId)) {
            seen[explanation.statement as 'stage'] += 1;
            for (const { decisive } of explanation.facts) seen[decisive ? 'decisive' : 'supporting'] += 1;
            const decision = await decisionOf(world, explanation);
            if (decision === undefined) await expectReplayed(world, explanation);
            else await expectDecidedAgain(world, explanation, decision);
            seen.decidedAgain += decision === undefined ? 0 : 1;
          }
        }
        await world.close();
      }),
      { numRuns: 8, endOnFailure: true }, // to find a shorter story takes longer than all other tests
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  }, 60_000);

  it('says what time will change next, and when', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(stepsOf(['ann'], 12), async (steps) => {
        const world = await lived(steps);
        await world.advanceTo(world.engine.now());
        const told = await allOf(world, 'ann');
        for (const { statement, which, readModel, next, key, states } of told) {
          if (next === null || statement === 'alert' || which === 'loyalty') continue;
          const later = async (at: string) => {
            await world.advanceTo(at);
            const doc = (await world.documents(readModel)).get(key) ?? {};
            return statementOf(world, { statement, which }).states(doc);
          };
          if (next.at <= world.engine.now()) continue;
          const before = plusMs(next.at, -1);
          if (before > world.engine.now()) expect([statement, await later(before)]).toEqual([statement, states]);
          expect([statement, await later(next.at)]).not.toEqual([statement, states]);
          changed += 1;
          break; // time goes one way only
        }
        await world.close();
      }),
      { numRuns: 12 },
    );
    expect(changed).toBeGreaterThan(3);
  }, 60_000);

  describe('of one customer', () => {
    let world: World;
    beforeEach(async () => {
      world = await engineWorld(slices, { now: START });
    });
    afterEach(() => world.close());

    const buys = async (count: number, everyDays: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        const at = plusHours(START, 24 * everyDays * n);
        world.clock.set(at);
        await world.send({ type: 'RecordPurchase', customerId: 'ann', purchaseId: `p-${n}`, total: usd(20), at });
      }
      await world.advanceTo(world.engine.now());
    };

    it('takes the older facts of a long history as one, where they are needed, and leaves them out where not', async () => {
      await buys(120, 5);
      const [stage] = await whyIn(world).explain('ann', 'stage');
      expect(stage).toMatchObject({ says: 'ann is loyal since 2024-12-05.', earlier: { facts: 80, decisive: true } });
      expect(stage?.facts).toHaveLength(40);
      await expectReplayed(world, stage as Explanation);
      const [tier] = await whyIn(world).explain('ann', 'tier', 'value');
      expect(tier).toMatchObject({ says: 'ann is of value tier VIP since 2025-03-20.', earlier: { facts: 80 } });
      await world.advanceTo(plusHours(world.engine.now(), 24 * 320));
      const [fewer] = await whyIn(world).explain('ann', 'tier', 'value');
      expect(fewer).toMatchObject({ earlier: null, says: 'ann is of value tier mid since 2027-03-10.' });
      expect(fewer?.follows.at(-1)).toBe('Until 2027-03-10 the tier was VIP.');
      expect(fewer?.facts).toHaveLength(25);
      await expectReplayed(world, fewer as Explanation);
    });

    it('names the policy version and the figures that the customer was held against', async () => {
      await buys(2, 20);
      const rules = { ...lifecyclePolicy.defaults, atRiskLeastDays: 10, atRiskRhythms: 1 };
      await world.engine.policies.publish({ name: 'lifecycle', rules, effectiveFrom: '2025-01-01T00:00:00.000Z' });
      await world.advanceTo('2025-01-05T00:00:00.000Z');
      const [stage] = await whyIn(world).explain('ann', 'stage');
      expect(stage?.says).toBe('ann is at risk since 2025-01-01.');
      expect(stage?.rules).toMatchObject([
        { policy: 'lifecycle', version: 2, effectiveFrom: '2025-01-01T00:00:00.000Z', figures: { atRiskRhythms: 1 } },
      ]);
      expect(stage?.follows[1]).toContain('Their rhythm is 20 days');
      expect(stage?.next).toEqual({ at: '2025-06-09T00:00:00.000Z', says: 'is churned since 2025-06-09' });
    });

    it('decides an alert again from what led to it, and says what would be without each', async () => {
      await buys(3, 10);
      await world.advanceTo(plusHours(world.engine.now(), 24 * 62));
      const [alert, ...others] = await whyIn(world).explain('ann', 'alert');
      expect(others).toEqual([]);
      expect(alert).toMatchObject({
        which: 'silent-1',
        states: { reason: 'silent', status: 'open', about: '2024-12-10' },
      });
      expect(alert?.facts.map(({ type, decisive }) => [type, decisive])).toEqual([
        ['PurchaseRecorded', false],
        ['PurchaseRecorded', false],
        ['PurchaseRecorded', true],
      ]);
    });

    it('as of a moment says what could be said then', async () => {
      await buys(2, 30);
      const [then] = await whyIn(world).explain(
        'ann',
        'stage',
        undefined,
        momentOf('2024-12-01T00:00:00Z', 'business'),
      );
      expect(then).toMatchObject({ says: 'ann is a customer with a first purchase since 2024-11-20.' });
      expect(then?.facts).toHaveLength(1);
    });

    it.each<[string, string, string | undefined, string, string]>([
      ['ann', 'mood', undefined, 'statement.not_found', 'Known are stage, tier, balance, alert.'],
      ['nobody', 'stage', undefined, 'customer.not_found', 'There is no customer nobody.'],
      ['ann', 'alert', undefined, 'statement.not_made', 'There is no alert of ann to explain. No alert is open.'],
      ['ann', 'alert', 'silent-7', 'statement.not_made', 'They never had such an alert.'],
      ['ann', 'tier', 'blood', 'request.invalid', 'which: must be value or loyalty'],
      ['ann', 'stage', 'value', 'request.invalid', 'which: does not go with stage'],
    ])('of %s as %s %s is refused: %s', async (customerId, name, which, code, message) => {
      await buys(1, 1);
      const asked = whyIn(world).explain(customerId, name, which);
      await expect(asked).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
    });
  });

  it('has words for every fact that a statement rests on', () => {
    const registry = new Registry(slices);
    const said = new Set(slices.flatMap(({ words = {} }) => Object.keys(words)));
    for (const { name, projection } of registry.statements) {
      const types = Object.keys(projection.on as object);
      expect([name, types.filter((type) => !said.has(type))]).toEqual([name, []]);
    }
  });
});

/** The decision that an explanation made again; undefined where it lists the fact itself, or there is none. */
async function decisionOf(world: World, explanation: Explanation): Promise<Recorded | undefined> {
  const statement = statementOf(world, explanation);
  const doc = await replayed(world, explanation, () => true);
  const facts = await factsOf(world, explanation.customerId);
  const decision = facts.find((fact) => doc !== undefined && statement.decision?.is(fact as never, doc) === true);
  return decision === undefined || listed(explanation)(decision) ? undefined : decision;
}

async function expectReplayed(world: World, explanation: Explanation): Promise<void> {
  const statement = statementOf(world, explanation);
  const { states, figures, customerId, says } = explanation;
  const otherwise = explanation.facts.flatMap(({ without }) => (without === null ? [] : [`${customerId} ${without}.`]));
  expect(otherwise.filter((words) => words === says)).toEqual([]);
  const doc = await replayed(world, explanation, listed(explanation));
  expect(doc && { states: statement.states(doc), figures: statement.figures(doc) }).toEqual({ states, figures });
  for (const { id, decisive } of explanation.facts) {
    const without = await replayed(world, explanation, listed(explanation, id));
    const other = without === undefined || canonicalJson(statement.states(without)) !== canonicalJson(states);
    expect([id, explanation.says, other]).toEqual([id, explanation.says, decisive]);
  }
}

async function expectDecidedAgain(world: World, explanation: Explanation, decision: Recorded): Promise<void> {
  const about = ({ reason, about: what, year, to }: Json) =>
    canonicalJson([reason ?? to ?? null, what ?? year ?? null]);
  const again = async (but?: string): Promise<boolean> =>
    (await decidedAnew(world, decision, listed(explanation, but))).some(
      ({ type, data }) => type === decision.type && about(data as Json) === about(decision.data),
    );
  expect([explanation.says, await again()]).toEqual([explanation.says, true]);
  const { states } = statementOf(world, explanation);
  /** Who never rose stands where others fell back to, without any decision. */
  const stands = async (but: string): Promise<boolean> => {
    const doc = await replayed(world, explanation, listed(explanation, but));
    return doc !== undefined && canonicalJson(states(doc)) === canonicalJson(explanation.states);
  };
  for (const { id, revision, decisive } of explanation.facts) {
    if (revision > decision.revision) continue;
    const isSame = (await again(id)) || (await stands(id));
    expect([id, explanation.says, isSame]).toEqual([id, explanation.says, !decisive]);
  }
}
