import { times, type Money } from '#kernel/money.js';
import { present } from '#kernel/parse.js';
import { instantOf } from '#kernel/time.js';
import { hashOf, type Desk, type Post, type Refusal } from './desk.js';
import type { PurchaseMapping } from './mapping-purchases.js';
import { Matching, type Refunded, type RefundLine } from './matching.js';
import { purchaseGroup, type PurchaseGroup, type PurchaseRow } from './purchase-rows.js';
import type { Scratch } from './scratch.js';
import type { Group } from './spool.js';
import type { Tally } from './tally.js';

const MOST_LINES = 500;

type Prior = Map<string, Map<string, Map<string, number>>>;

/** Turns groups into purchases and refunds, one after the other for a customer. */
export class PurchasePost implements Post {
  private readonly matching: Matching | undefined;

  constructor(
    db: Scratch,
    mapping: PurchaseMapping,
    private readonly desk: Desk,
    private readonly tally: Tally,
  ) {
    this.matching = mapping.refund === null ? undefined : new Matching(db);
  }

  async group(sorted: Group): Promise<void> {
    const group = purchaseGroup(sorted);
    if (!group.refund) await this.desk.register(group);
    const served = group.refund ? await this.refund(group) : await this.purchase(group);
    if (served) this.desk.served(group.customerId);
  }

  private async purchase(group: PurchaseGroup): Promise<boolean> {
    const { customerId, atMs, key, channel, rows } = group;
    const purchaseId = group.purchaseId ?? key;
    const base = { customerId, at: instantOf(atMs), purchaseId, source: this.desk.source };
    const first = rows.slice(0, MOST_LINES);
    const [only] = rows;
    const content = only?.quantity === 0 ? { total: amountOf(only) } : { lines: first.map(lineOf) };
    const answer = await this.desk.send(
      'RecordPurchase',
      present({ ...base, ...content, channel: channel ?? undefined }),
      this.desk.commandId(key),
    );
    if (answer.ok) this.tally.took(first.length, answer.repeated || answer.facts.length === 0 ? 0 : first.length);
    else if (answer.code !== 'command.id_reused') return this.desk.refused(rows, answer);
    let taken = answer.ok ? first : [];
    for (let from = taken.length; from < rows.length; from += MOST_LINES) {
      const chunk = rows.slice(from, from + MOST_LINES);
      if (await this.addLines(base, chunk, key)) taken = [...taken, ...chunk];
    }
    if (taken.length === 0) return false;
    this.tally.purchases += 1;
    for (const row of taken) this.tally.summed(amountOf(row));
    this.matching?.bought(customerId, purchaseId, atMs, taken);
    return true;
  }

  /** Of lines that were sent before, the decider takes those that are new. */
  private async addLines(
    base: Readonly<Record<string, unknown>>,
    rows: readonly PurchaseRow[],
    key: string,
  ): Promise<boolean> {
    const commandId = this.desk.commandId(key, ...rows.map(({ lineId }) => lineId));
    const answer = await this.desk.send('AddPurchaseLines', { ...base, lines: rows.map(lineOf) }, commandId);
    if (!answer.ok) return this.desk.refused(rows, answer);
    const added = answer.facts.find(({ type }) => type === 'PurchaseLinesAdded')?.data as
      { readonly lines: readonly unknown[] } | undefined;
    this.tally.took(rows.length, answer.repeated ? 0 : (added?.lines.length ?? 0));
    return true;
  }

  private async refund(group: PurchaseGroup): Promise<boolean> {
    const { customerId, atMs, rows } = group;
    const refundId = group.purchaseId ?? group.key;
    const prior =
      (await this.refundsBefore(customerId, refundId)).get(refundId) ?? new Map<string, Map<string, number>>();
    const byPurchase = new Map<
      string,
      { readonly lines: RefundLine[]; readonly rows: Set<PurchaseRow>; readonly fresh: Set<PurchaseRow> }
    >();
    for (const row of rows) {
      const found = this.matching?.cancel(customerId, atMs, row, prior);
      if (found === undefined) {
        this.tally.unmatched += 1;
        this.desk.reject(row, 'unmatched: no earlier purchase has enough of this product at this price left');
        continue;
      }
      for (const [purchaseId, lines] of found) {
        const fresh = lines.map((line) => beyond(line, prior.get(purchaseId))).filter(({ quantity }) => quantity > 0);
        const part = byPurchase.get(purchaseId) ?? {
          lines: [],
          rows: new Set<PurchaseRow>(),
          fresh: new Set<PurchaseRow>(),
        };
        part.lines.push(...fresh);
        if (fresh.length > 0) part.fresh.add(row);
        byPurchase.set(purchaseId, { ...part, rows: part.rows.add(row) });
      }
    }
    return this.sendRefunds(group, refundId, byPurchase, prior);
  }

  private async sendRefunds(
    { customerId, atMs, key }: PurchaseGroup,
    refundId: string,
    byPurchase: ReadonlyMap<
      string,
      {
        readonly lines: readonly RefundLine[];
        readonly rows: ReadonlySet<PurchaseRow>;
        readonly fresh: ReadonlySet<PurchaseRow>;
      }
    >,
    prior: Refunded,
  ): Promise<boolean> {
    const counted = new Set<PurchaseRow>();
    const refusals = new Map<PurchaseRow, Refusal>();
    for (const [purchaseId, { lines, rows, fresh: unknown }] of byPurchase) {
      const open = [...rows].filter((row) => !counted.has(row));
      const merged = mergedLines(lines);
      let fresh = 0;
      if (merged.length > 0) {
        const again = prior.has(purchaseId) ? `+${hashOf(merged).slice(0, 8)}` : '';
        const body = { customerId, at: instantOf(atMs), purchaseId, refundId: refundId + again, lines: merged };
        const commandId = this.desk.commandId(key, purchaseId, ...merged.map((line) => JSON.stringify(line)));
        const answer = await this.desk.send('RefundPurchase', { ...body, source: this.desk.source }, commandId);
        if (!answer.ok) {
          for (const row of open) refusals.set(row, answer);
          continue;
        }
        fresh = answer.repeated || answer.facts.length === 0 ? 0 : open.filter((row) => unknown.has(row)).length;
      }
      this.tally.refunds += 1;
      this.tally.took(open.length, fresh);
      for (const row of open) counted.add(row);
    }
    for (const [row, refusal] of refusals) if (!counted.has(row)) this.desk.refused([row], refusal);
    return counted.size > 0;
  }

  /** What this cancellation has given back before, where the customer was known before this import. */
  private async refundsBefore(customerId: string, refundId: string): Promise<Prior> {
    const prior: Prior = new Map();
    if (!this.desk.knew(customerId)) return prior;
    for await (const { data } of this.desk.facts(customerId, 'PurchaseRefunded')) {
      const fact = data as {
        readonly refundId: string;
        readonly purchaseId: string;
        readonly lines: readonly RefundLine[];
      };
      if (fact.refundId !== refundId && !fact.refundId.startsWith(`${refundId}+`)) continue;
      const byPurchase = prior.get(refundId) ?? new Map<string, Map<string, number>>();
      const lines = byPurchase.get(fact.purchaseId) ?? new Map<string, number>();
      for (const { lineId, quantity } of fact.lines) lines.set(lineId, (lines.get(lineId) ?? 0) + quantity);
      prior.set(refundId, byPurchase.set(fact.purchaseId, lines));
    }
    return prior;
  }
}

/** What of a line is not in the store yet; counts it down there, so that a second row does not claim it too. */
function beyond({ lineId, quantity }: RefundLine, recorded: Map<string, number> | undefined): RefundLine {
  const done = Math.min(quantity, recorded?.get(lineId) ?? 0);
  if (done > 0) recorded?.set(lineId, (recorded.get(lineId) ?? 0) - done);
  return { lineId, quantity: quantity - done };
}

function mergedLines(lines: readonly RefundLine[]): readonly RefundLine[] {
  const byLine = new Map<string, number>();
  for (const { lineId, quantity } of lines) byLine.set(lineId, (byLine.get(lineId) ?? 0) + quantity);
  return [...byLine].map(([lineId, quantity]) => ({ lineId, quantity }));
}

const amountOf = ({ amount, unitPrice, quantity }: PurchaseRow): Money => amount ?? times(unitPrice as Money, quantity);

const lineOf = ({ lineId, sku, quantity, unitPrice, amount }: PurchaseRow) =>
  present({ lineId, sku, quantity, unitPrice: unitPrice ?? undefined, amount: amount ?? undefined });
