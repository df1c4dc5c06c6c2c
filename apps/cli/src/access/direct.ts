import type { Json } from '#kernel/ports/read-models.js';
import { DomainError } from '#kernel/errors.js';
import { customerStream, type Recorded } from '#kernel/fact.js';
import type { Actor } from '#kernel/fact.js';
import { modelDigest } from '#engine/digest.js';
import type { Difference } from '#engine/differences.js';
import { NotFound } from '#engine/errors.js';
import { momentOf, Past, type Moment } from '#engine/past.js';
import type { Find, Page, Queries } from '#engine/queries.js';
import type { Compared, Progress, Projecting } from '#engine/projecting.js';
import type { Explanation } from '#engine/explanation.js';
import type { Replayed } from '#engine/replay.js';
import { settled } from '#engine/settled.js';
import { standingOf } from '#engine/standing.js';
import { isMirror } from '#runtime/adapters.js';
import type { Verdict } from '#engine/verdict.js';
import { loadConfig } from '#runtime/config.js';
import { collectGarbage, takeLess } from '#runtime/heap-growth.js';
import type { Own } from '#runtime/own/own-projections.js';
import { OwnReplay } from '#runtime/own/own-replay.js';
import type { NamedSnapshot } from '#runtime/named-snapshots.js';
import { openPatron, type OpenOptions, type Patron } from '#runtime/patron.js';
import { Rebuilds } from '#runtime/rebuilds.js';
import { Reads } from '#runtime/reads.js';
import { replayBeside } from '#runtime/replay.js';
import { WhatIfs, type WhatIfRequest } from '#runtime/what-ifs.js';
import type { Answer, AnsweredFact, Gate, GateClock } from '../import/gate.js';
import type {
  Access,
  AsOf,
  Answered,
  InSnapshot,
  ProjectionStatus,
  PublishedPolicy,
  Sending,
  Tell,
  Wanted,
  WhereGiven,
} from './access.js';

const WAIT_MS = 2_000;
/** Bulk work need not show each step in the read models; who waits for one is not kept waiting. */
const LINGER_MS = 3_000;
/** Where time goes over everybody, hardly anybody is wanted again while they would stay ready, and all are in turn. It gains nothing by more memory. */
const IN_IMPORT = { readyFacts: 10_000, restingBytes: 60_000_000 };
const LESS_MB_IN_IMPORT = 30;
const PAGE = 1_000;
const ASK_EVERY_MS = 200;

/** Patron in this process, on a data folder. */
export class DirectAccess implements Access {
  private readonly actor: Actor = { kind: 'person', id: 'patron-cli' };

  /** The build that the first page was of: those behind it are, too. */
  private paged: Awaited<ReturnType<Queries['pinned']>> | undefined;

  private constructor(private readonly patron: Patron) {}

  /** @throws {DomainError} where a server holds the folder for writing, naming its pid */
  static async open(
    { data, keys, partitions }: WhereGiven,
    wanted: Wanted,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<DirectAccess> {
    const config = loadConfig({ flags: { data, keys, partitions }, env });
    const mode = wanted === 'read' ? 'read' : wanted === 'fold' && isMirror(config) ? 'fold' : 'write';
    const isImport = wanted === 'import';
    if (isImport) takeLess(LESS_MB_IN_IMPORT);
    const opening: OpenOptions = {
      ...{ mode, lingerMs: LINGER_MS, thread: isImport || wanted === 'bulk' },
      ...(isImport && { memory: IN_IMPORT }),
    };
    return new DirectAccess(await openPatron({ ...config, target: 'all' }, opening));
  }

  /** On one that somebody else opened and closes. */
  static on(patron: Patron): DirectAccess {
    return new DirectAccess(patron);
  }

  async submit(sending: Sending): Promise<Answered> {
    return { ...(await this.patron.commands.submit({ ...sending, actor: this.actor })) };
  }

  async customer(customerId: string, asOf?: AsOf): Promise<Readonly<Record<string, Json>>> {
    return (await this.reads.customer(customerId, { moment: momentIn(asOf) })).documents;
  }

  async find(model: string, find: Find, after: number | undefined, asOf?: AsOf | InSnapshot): Promise<Page> {
    if (asOf !== undefined) {
      if ('snapshot' in asOf) return this.reads.find(model, find, asOf);
      return this.reads.find(model, find, { moment: momentIn(asOf) });
    }
    if (find.cursor !== undefined) return this.reads.find(model, find, { build: this.paged?.queries });
    const { readSide, queries } = this.patron.engine;
    if (after !== undefined) await readSide.caughtUp(model, after, WAIT_MS);
    this.paged?.release();
    this.paged = await queries.pinned(model);
    return this.reads.find(model, find, { build: this.paged.queries });
  }

  why(customerId: string, statement: string, which?: string, asOf?: AsOf): Promise<readonly Explanation[]> {
    return this.reads.why(customerId, statement, which, momentIn(asOf));
  }

  async *differences(model: string, from: string, to: string, by?: string): AsyncIterable<Difference> {
    yield* await this.reads.differences(model, momentOf(from, by, 'from'), momentOf(to, by, 'to'));
  }

  whatIf(request: WhatIfRequest, tell: (share: number, facts: number) => void, signal: AbortSignal): Promise<Verdict> {
    return new WhatIfs(this.patron.engine).ask(request, { signal, progress: tell });
  }

  stream(stream: string, from: number, limit: number): Promise<readonly Recorded[]> {
    return this.patron.engine.store.readStream(stream, { from, limit });
  }

  async *facts(types: readonly string[], asOf: AsOf | undefined, tell: Tell): AsyncIterable<readonly Recorded[]> {
    const { store, clock } = this.patron.engine;
    const past = await Past.at(store, momentIn(asOf) ?? { at: await store.head(), by: 'recorded' }, clock.now());
    let count = 0;
    for await (const { facts, position } of past.readAll({ batch: PAGE, ...(types.length > 0 && { types }) })) {
      yield facts;
      tell(position / Math.max(1, past.upTo), (count += facts.length));
    }
  }

  policies(name: string | undefined): Promise<readonly PublishedPolicy[]> {
    const { policies } = this.patron.engine;
    const versions =
      name === undefined
        ? policies.names.flatMap((each) => policies.versions(each).slice(-1))
        : policies.versions(name);
    return Promise.resolve(
      versions.map(({ name: of, version, effectiveFrom, rules }) => {
        const { version: _, ...published } = rules;
        return { name: of, version, effectiveFrom, rules: published as Json };
      }),
    );
  }

  async projections(): Promise<readonly ProjectionStatus[]> {
    const { projector, store } = this.patron.engine;
    await projector?.allCaughtUp(await store.head(), WAIT_MS).catch(() => undefined);
    return standingOf(this.patron.engine);
  }

  rebuild(
    names: readonly string[],
    tell: (name: string, share: number, facts: number) => void,
    signal: AbortSignal,
  ): Promise<readonly Compared[]> {
    const told = names.length === 1 ? String(names[0]) : `${names.length} projections`;
    const progress: Progress = (done, of, facts) => {
      signal.throwIfAborted();
      tell(told, of === 0 ? 1 : done / of, facts);
    };
    return this.projector.rebuild(names, progress, true);
  }

  async rebuildCustomer(name: string, customerId: string): Promise<Compared> {
    const { engine } = this.patron;
    await engine.projector?.caughtUp(name, await engine.store.head());
    return this.projector.rebuildCustomer(name, customerId);
  }

  async turn(name: string, how: 'cancel' | 'switch-back' | 'drop'): Promise<void> {
    const rebuilds = new Rebuilds(this.patron.engine);
    if (how === 'cancel') await rebuilds.cancel(name);
    else if (how === 'drop') await rebuilds.drop(name);
    else await rebuilds.switchBack(name);
  }

  retry(): Promise<readonly string[]> {
    return this.projector.retry();
  }

  async digest(name: string): Promise<{ readonly digest: string; readonly documents: number }> {
    return modelDigest(await this.patron.engine.readSide.answering(name));
  }

  replay(tell: Tell): Promise<readonly Replayed[]> {
    return replayBeside(this.patron, (done, of, facts) => tell(of === 0 ? 1 : done / of, facts));
  }

  replayOwn(projections: readonly Own[], asOf: AsOf | undefined, tell: Tell): Promise<OwnReplay> {
    const { engine, config } = this.patron;
    const progress: Progress = (done, of, facts) => tell(of === 0 ? 1 : done / of, facts);
    return OwnReplay.of({ engine, config, projections, moment: momentIn(asOf), progress });
  }

  snapshots(): Promise<readonly NamedSnapshot[]> {
    return Promise.resolve(this.patron.past.snapshots.list());
  }

  async keepSnapshot(name: string, model: string, asOf: AsOf | undefined, tell: Tell): Promise<NamedSnapshot> {
    const { past, store } = this.patron;
    const moment: Moment = momentIn(asOf) ?? { at: await store.head(), by: 'recorded' };
    return past.snapshots.keep(name, model, moment, (done, of, facts) => tell(of === 0 ? 1 : done / of, facts));
  }

  dropSnapshot(name: string): Promise<void> {
    return this.patron.past.snapshots.drop(name);
  }

  clock(): Promise<GateClock> {
    return Promise.resolve(this.patron.commands.system.clock());
  }

  gate(source: string): Gate {
    const { commands, engine } = this.patron;
    const actor: Actor = { kind: 'import', id: source };
    const { projector } = this;
    return {
      send: async (type, body, commandId): Promise<Answer> => {
        try {
          const { repeated, position, facts } = await commands.submit({ type, body, commandId, actor });
          return { ok: true, repeated, position, facts };
        } catch (error) {
          if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
          return { ok: false, code: error.code, message: error.message };
        }
      },
      clock: () => this.clock(),
      facts: (customerId, type) => this.factsOf(customerId, type),
      ended: async () => {
        await collectGarbage();
        await engine.customers.leave();
        await collectGarbage();
      },
      projected: async (position, tell) => {
        const head = Math.max(position, await engine.store.head());
        const done = projector.allCaughtUp(head);
        const ask = async (): Promise<void> => tell(engine.store.share(await projector.reached(), head));
        const timer = setInterval(() => void settled(ask()), ASK_EVERY_MS);
        await done.finally(() => clearInterval(timer));
      },
    };
  }

  /** Who reads the folder next folds nothing: what was sent is folded before, unless that takes long. */
  async close(): Promise<void> {
    const { projector, store } = this.patron.engine;
    await projector?.allCaughtUp(await store.head(), WAIT_MS).catch(() => undefined);
    await this.patron.close();
  }

  private get reads(): Reads {
    return new Reads(this.patron.engine, this.patron.past);
  }

  private get projector(): Projecting {
    const { projector } = this.patron.engine;
    if (projector === undefined) throw new NotFound('projector', 'here');
    return projector;
  }

  private async *factsOf(customerId: string, type: string): AsyncIterable<AnsweredFact> {
    for (let from = 0; ; from += PAGE) {
      const page = await this.stream(customerStream(customerId), from, PAGE);
      for (const fact of page) if (fact.type === type) yield fact;
      if (page.length < PAGE) return;
    }
  }
}

const momentIn = (asOf: AsOf | undefined): Moment | undefined => asOf && momentOf(asOf.at, asOf.by);
