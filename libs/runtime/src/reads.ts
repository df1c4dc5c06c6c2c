import type { Json } from '#kernel/ports/read-models.js';
import type { Difference } from '#engine/differences.js';
import { NotFound, NotYetProjected } from '#engine/errors.js';
import type { Engine } from '#engine/engine.js';
import type { Find, Found, Page, Queries, Wait } from '#engine/queries.js';
import type { Moment } from '#engine/past.js';
import type { Explanation } from '#engine/explanation.js';
import { systemProjections } from '#engine/system.projections.js';
import type { NamedSnapshot } from './named-snapshots.js';
import type { PastReads } from './past-reads.js';
import { traced } from './tracing.js';

export interface CustomerDocuments {
  readonly documents: Readonly<Record<string, Json>>;
  /** The documents hold everything up to this revision at least; undefined while they are behind. */
  readonly revision: number | undefined;
}

/** How far the documents must be; or as of which moment of history they are wanted. */
export interface When {
  readonly wait?: Wait | undefined;
  readonly moment?: Moment | undefined;
  /** The build that answers, whichever readers are switched to. */
  readonly build?: Queries | undefined;
  /** The named snapshot that answers. */
  readonly snapshot?: string | undefined;
}

const OWN = new Set(systemProjections.map(({ name }) => name));
const WAIT_MS = 2_000;

/** Where every document is answered from, personal ones included: the place to note who read what. */
export class Reads {
  constructor(
    private readonly engine: Engine,
    private readonly past: PastReads,
  ) {}

  find(name: string, find: Find, when: When = {}): Promise<Page> {
    return traced('query find', { 'patron.read_model': name }, async () =>
      (await this.queries(name, when, find.cursor)).find(name, find, when.wait),
    );
  }

  /** Of now, of a moment, or of a snapshot. @throws {NotFound} */
  private async queries(name: string, { moment, snapshot, build }: When, cursor?: string): Promise<Queries> {
    if (snapshot !== undefined) return this.past.snapshots.queries(snapshot, name);
    return moment === undefined ? (build ?? this.engine.queries) : this.past.queries(name, moment, cursor);
  }

  /** Read models that are kept as of a moment. */
  snapshots(): readonly NamedSnapshot[] {
    return this.past.snapshots.list();
  }

  /** What differs in a read model between two moments. @throws {NotFound} @throws {InvalidRequest} */
  differences(name: string, from: Moment, to: Moment): Promise<AsyncGenerator<Difference>> {
    return traced('query differences', { 'patron.read_model': name }, () => this.past.differences(name, from, to));
  }

  /** Why something is said of a customer. @throws {NotFound} @throws {StatementNotMade} @throws {InvalidRequest} */
  why(customerId: string, statement: string, which?: string, moment?: Moment): Promise<readonly Explanation[]> {
    return traced('query why', { 'patron.statement': statement.slice(0, 50) }, () =>
      this.past.why(customerId, statement, which, moment),
    );
  }

  /** @throws {NotFound} */
  async get(name: string, key: string, when: When = {}): Promise<Found> {
    return traced('query get', { 'patron.read_model': name }, async () => {
      const found = await (await this.queries(name, when)).get(name, key, when.wait);
      if (found === undefined)
        throw new NotFound('document', key.slice(0, 100), `Read model ${name} has none of this key.`);
      return found;
    });
  }

  /** @throws {NotFound} @throws {NotYetProjected} */
  async customer(customerId: string, { wait, moment }: When = {}): Promise<CustomerDocuments> {
    return traced('query customer', {}, async () => {
      if (moment !== undefined) {
        return { documents: await this.past.customer(customerId, moment), revision: undefined };
      }
      const { customers } = this.engine;
      const known = await customers.current(customerId, ({ count, position }) => ({ count, position }));
      if (known.count === 0) throw new NotFound('customer', customerId.slice(0, 100));
      const position = Math.max(known.position, wait?.position ?? 0);
      const behind = await this.behind(position, wait);
      const documents: Record<string, Json> = {};
      for (const name of this.names()) {
        const found = await this.engine.queries.get(name, customerId);
        if (found?.doc['customerId'] === customerId) documents[name] = found.doc;
      }
      return { documents, revision: behind ? undefined : known.count - 1 };
    });
  }

  /** The customer who holds an identity. @throws {NotFound} */
  async holder(kind: string, value: string, wait?: Wait): Promise<string> {
    const { identities, queries, registry } = this.engine;
    const meant = registry.slices
      .map((slice) => slice.identityFrom?.(kind, value))
      .find((claim) => claim !== undefined);
    const found = meant && (await queries.get('identity_map', identities.digestOf(meant), wait));
    if (found === undefined) throw new NotFound('customer', `with this ${kind.slice(0, 20)}`);
    return String(found.doc['customerId']);
  }

  /** Without `wait`, documents that are behind are answered all the same, but without a revision to decide on. */
  private async behind(position: number, wait: Wait | undefined): Promise<boolean> {
    const timeoutMs = wait?.timeoutMs ?? WAIT_MS;
    try {
      await Promise.all(this.names().map((name) => this.engine.readSide.caughtUp(name, position, timeoutMs)));
      return false;
    } catch (error) {
      if (wait === undefined && error instanceof NotYetProjected) return true;
      throw error;
    }
  }

  private names(): readonly string[] {
    return [...this.engine.registry.projections.keys()].filter((name) => !OWN.has(name));
  }
}
