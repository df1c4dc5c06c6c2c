import type { Instant } from '#kernel/time.js';
import type { ReadSide } from './read-side.js';
import { settlementDue, type SettlementDue } from './system.projections.js';

const PAGE = 1_000;

/**
 * Customers to whom time owes something: the read model `settlement_due`, overlaid with what this process appended
 * since, so that the clock need not wait for the projection.
 */
export class DueIndex {
  private readonly recent = new Map<string, { readonly dueAt: Instant | null; readonly position: number }>();

  constructor(private readonly readSide: ReadSide) {}

  note(customerId: string, dueAt: Instant | null, position: number): void {
    this.recent.set(customerId, { dueAt, position });
  }

  /** Customers due up to `at` and when; every customer with a due instant when `at` is left out. */
  async upTo(at?: Instant): Promise<ReadonlyMap<string, Instant>> {
    const model = await this.readSide.model(settlementDue.name);
    const { position: projected } = await model.checkpoint();
    for (const [customerId, { position }] of this.recent) if (position <= projected) this.recent.delete(customerId);
    const due = new Map<string, Instant>();
    for (const [customerId, { dueAt }] of this.recent) {
      if (dueAt !== null && (at === undefined || dueAt <= at)) due.set(customerId, dueAt);
    }
    for await (const { customerId, dueAt } of this.documents(at)) {
      if (!this.recent.has(customerId)) due.set(customerId, dueAt);
    }
    return due;
  }

  private async *documents(at?: Instant): AsyncIterable<SettlementDue> {
    const model = await this.readSide.model(settlementDue.name);
    let after: readonly unknown[] | undefined;
    for (;;) {
      const page = await model.find({
        index: { dueAt: 1 },
        range: at === undefined ? {} : { lte: at },
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
