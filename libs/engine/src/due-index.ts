import type { Instant } from '#kernel/time.js';
import { TimerHeap } from './heap.js';
import type { ReadSide } from './read-side.js';
import { settlementDue, type SettlementDue } from './system.projections.js';

const PAGE = 1_000;
/** Noted instants that are kept at least: fewer are not worth a look at which of them the read model holds. */
const KEPT = 1_000;
/**
 * How long it is enough to look at what became due since the last look: what this process appended is known here, and what
 * another one appended behind that is found by the next look from the beginning.
 */
const LOOK_FROM_START_MS = 5_000;

interface Noted {
  readonly dueAt: Instant | null;
  readonly position: number;
}

/**
 * Customers to whom time owes something: the read model `settlement_due`, overlaid with what this process appended
 * since, so that the clock need not wait for the projection.
 */
export class DueIndex {
  private readonly recent = new Map<string, Noted>();

  /** When those of `recent` are due, earliest first; some were noted anew since. */
  private readonly timers = new TimerHeap();
  /** Those of them that were due at an earlier look, and perhaps are still. */
  private readonly ripe = new Set<string>();
  private forgetAt = KEPT;

  /** Everybody who was due up to here was settled. */
  private settledTo: Instant | undefined;
  private lookedAtMs = -Infinity;

  constructor(private readonly readSide: ReadSide) {}

  note(customerId: string, dueAt: Instant | null, position: number): void {
    this.recent.set(customerId, { dueAt, position });
    if (dueAt === null) return;
    this.timers.push(dueAt, customerId);
    if (this.timers.size > 2 * this.recent.size + KEPT) this.sortAnew();
  }

  /** Said when all that `upTo` gave was settled. */
  settled(at: Instant): void {
    this.settledTo = at;
  }

  /** Customers due up to `at` and when; every customer with a due instant when `at` is left out. */
  async upTo(at?: Instant): Promise<ReadonlyMap<string, Instant>> {
    const model = await this.readSide.model(settlementDue.name);
    const { position: projected } = await model.checkpoint();
    this.forget(projected);
    const due = new Map<string, Instant>();
    for (const customerId of at === undefined ? this.recent.keys() : this.ripeAt(at)) {
      const noted = this.recent.get(customerId);
      if (!noted?.dueAt || !this.counts(noted, projected)) continue;
      if (at === undefined || noted.dueAt <= at) due.set(customerId, noted.dueAt);
    }
    for await (const { customerId, dueAt } of this.documents(this.from(at), at)) {
      const noted = this.recent.get(customerId);
      if (noted === undefined || !this.counts(noted, projected)) due.set(customerId, dueAt);
    }
    return due;
  }

  /** Customers whose noted instant has come; those that were noted anew since are among them until they are looked at. */
  private ripeAt(at: Instant): ReadonlySet<string> {
    for (let timer = this.timers.pop(at); timer !== undefined; timer = this.timers.pop(at)) this.ripe.add(timer[1]);
    for (const customerId of this.ripe) {
      const dueAt = this.recent.get(customerId)?.dueAt ?? null;
      if (dueAt === null || dueAt > at) this.ripe.delete(customerId);
    }
    return this.ripe;
  }

  /** What was noted goes before the read model until that holds it, or where the look into it may not reach. */
  private counts({ dueAt, position }: Noted, projected: number): boolean {
    return position > projected || (dueAt !== null && this.settledTo !== undefined && dueAt <= this.settledTo);
  }

  /** Lets go of what the read model holds; not at every look, which would cost each of them as much as there is. */
  private forget(projected: number): void {
    if (this.recent.size < this.forgetAt) return;
    for (const [customerId, noted] of this.recent) {
      if (!this.counts(noted, projected)) this.recent.delete(customerId);
    }
    this.forgetAt = 2 * this.recent.size + KEPT;
    this.sortAnew();
  }

  /** Instants that were overtaken are dropped. */
  private sortAnew(): void {
    this.timers.clear();
    for (const [customerId, { dueAt }] of this.recent) if (dueAt !== null) this.timers.push(dueAt, customerId);
  }

  /** From when on the read model has to be looked at; it may be behind, and still name those that were settled. */
  private from(at: Instant | undefined): Instant | undefined {
    const nowMs = performance.now();
    if (at !== undefined && nowMs - this.lookedAtMs < LOOK_FROM_START_MS) return this.settledTo;
    this.lookedAtMs = nowMs;
    return undefined;
  }

  private async *documents(from?: Instant, at?: Instant): AsyncIterable<SettlementDue> {
    const model = await this.readSide.model(settlementDue.name);
    let after: readonly unknown[] | undefined;
    for (;;) {
      const page = await model.find({
        index: { dueAt: 1 },
        range: { ...(from !== undefined && { gt: from }), ...(at !== undefined && { lte: at }) },
        limit: PAGE,
        ...(after !== undefined && { after }),
      });
      for (const { doc, key } of page) {
        yield doc as unknown as SettlementDue;
        after = [doc?.['dueAt'], key];
      }
      if (page.length < PAGE) return;
    }
  }
}
