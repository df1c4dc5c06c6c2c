import { InvalidRequest, UnreadableBody } from '#kernel/errors.js';
import { customerStream, type Recorded } from '#kernel/fact.js';
import type { Json } from '#kernel/ports/read-models.js';
import type { AnyStatement } from '#kernel/statement.js';
import type { AsOf, AsOfDeps, Then } from './as-of.js';
import { NotFound, StatementNotMade } from './errors.js';
import { explained } from './explaining.js';
import type { Explanation } from './explanation.js';
import type { Moment } from './past.js';
import { openNone } from './reader.js';
import { Retelling, type Own } from './retelling.js';
import { typesOf } from './unwanted.js';

/** Explains what is said of a customer, from their facts and nothing that was kept beside them. */
export class Why {
  constructor(
    private readonly asOf: AsOf,
    private readonly deps: AsOfDeps,
  ) {}

  /**
   * Every statement of that name that is made of the customer.
   *
   * @throws {NotFound} for an unknown statement or customer @throws {StatementNotMade} @throws {InvalidRequest}
   */
  async explain(customerId: string, name: string, which?: string, moment?: Moment): Promise<readonly Explanation[]> {
    const statements = this.statements(name, which);
    const then = await this.asOf.at(moment ?? { at: await this.deps.store.head(), by: 'recorded' });
    const own = await then.past.readStream(customerStream(customerId));
    if (own.length === 0) throw new NotFound('customer', customerId.slice(0, 100));
    const found: Explanation[] = [];
    for (const statement of statements) found.push(...(await this.explainOne(statement, customerId, which, own, then)));
    if (found.length === 0) {
      const why = [...new Set(statements.map(({ nothing }) => nothing(which)))].join(' ');
      throw new StatementNotMade(customerId, name, why);
    }
    return found;
  }

  /** What can be asked, for help and errors. */
  get names(): readonly string[] {
    return [...new Set(this.deps.registry.statements.map(({ name }) => name))];
  }

  private statements(name: string, which: string | undefined): readonly AnyStatement[] {
    const known = this.deps.registry.statements.filter((statement) => statement.name === name);
    if (known.length === 0) {
      throw new NotFound('statement', name.slice(0, 100), `Known are ${this.names.join(', ')}.`);
    }
    const asked = known.filter(({ kind, pick }) => which === undefined || kind === which || pick !== undefined);
    if (asked.length > 0) return asked;
    const kinds = known.flatMap(({ kind }) => kind ?? []);
    const message = kinds.length === 0 ? `does not go with ${name}` : `must be ${kinds.join(' or ')}`;
    throw new InvalidRequest([{ path: 'which', message }]);
  }

  private async explainOne(
    statement: AnyStatement,
    customerId: string,
    which: string | undefined,
    stream: readonly Recorded[],
    then: Then,
  ): Promise<readonly Explanation[]> {
    const own = await this.read(statement, stream);
    const retelling = new Retelling(this.deps, then, statement, undefined);
    const whole = await retelling.on(retelling.nothing, own);
    const documents = whole.run.documentsNow();
    const mine = documents.get(customerId);
    const docs = statement.pick?.([...documents.values()], which) ?? (mine === undefined ? [] : [mine]);
    const explanations: Explanation[] = [];
    for (const doc of docs as readonly Json[]) {
      const key = statement.keyOf?.(doc) ?? customerId;
      explanations.push(await explained({ ...{ deps: this.deps, then, statement, customerId, key, doc }, own, whole }));
    }
    return explanations;
  }

  /** The facts that the statement or its decision may rest on, up to the first that cannot be read: there documents stand still. */
  private async read({ projection, decision }: AnyStatement, stream: readonly Recorded[]): Promise<readonly Own[]> {
    const { registry, reader } = this.deps;
    const types = new Set(typesOf(projection));
    if (decision !== undefined) for (const type of this.heardBy(projection.name)) types.add(type);
    const own: Own[] = [];
    for (const recorded of stream) {
      if (registry.events.has(recorded.type) && !types.has(recorded.type)) continue;
      try {
        own.push({ recorded, fact: await reader.read(recorded, openNone) });
      } catch (error) {
        if (error instanceof UnreadableBody) break;
        throw error;
      }
    }
    return own;
  }

  /** Types of facts that the slice of a projection decides by. */
  private heardBy(projection: string): readonly string[] {
    const slice = this.deps.registry.slices.find(({ projections }) =>
      projections.some(({ name }) => name === projection),
    );
    return [...(slice?.events ?? []), ...(slice?.listens ?? []), ...(slice?.reactsTo ?? [])].map(({ type }) => type);
  }
}
