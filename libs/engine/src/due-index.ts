import type { Instant } from '#kernel/time.js';
import type { ReadSide } from './read-side.js';
import { settlementDue, type SettlementDue } from './system.projections.js';

const PAGE = 1_000;
/**
 * How long it is enough to look at what became due since the last look: what this process appended is known here, and what
 * another one appended behind that is found by the next look from the beginning.
 */
const LOOK_FROM_START_MS = 5_000;

/**
 * Customers to whom time owes something: the read model `settlement_due`, overlaid with what this process appended
 * since, so that the clock need not wait for the projection.
 */
export class DueIndex {
  private readonly recent = new Map<string, { readonly dueAt: Instant | null; readonly position: number }>();

  /** Everybody who was due up to here was settled. */
  private settledTo: Instant | undefined;
  private lookedAtMs = -Infinity;

  constructor(private readonly readSide: ReadSide) {}

  note(customerId: string, dueAt: Instant | null, position: number): void {
    this.recent.set(customerId, { dueAt, position });
  }

  /** Said when all that `upTo` gave was settled. */
  settled(at: Instant): void {
    this.settledTo = at;
  }

  /** Customers due up to `at` and when; every customer with a due instant when `at` is left out. */
  async upTo(at?: Instant): Promise<ReadonlyMap<string, Instant>> {
    const model = await this.readSide.model(settlementDue.name);
    const { position: projected } = await model.checkpoint();
    for (const [customerId, { dueAt, position }] of this.recent) {
      const overdue = dueAt !== null && this.settledTo !== undefined && dueAt <= this.settledTo; // the look may not reach it
      if (position <= projected && !overdue) this.recent.delete(customerId);
    }
    const due = new Map<string, Instant>();
    for (const [customerId, { dueAt }] of this.recent) {
      if (dueAt !== null && (at === undefined || dueAt <= at)) due.set(customerId, dueAt);
    }
    for await (const { customerId, dueAt } of this.documents(this.from(at), at)) {
      if (!this.recent.has(customerId)) due.set(customerId, dueAt);
    }
    return due;
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
