import { createHash } from 'node:crypto';
import { times, type Money } from '#kernel/money.js';
import { present } from '#kernel/parse.js';
import { instantOf } from '#kernel/time.js';
import type { Answer, Gate } from './gate.js';
import { Matching, type Refunded, type RefundLine } from './matching.js';
import type { Mapping } from './mapping.js';
import type { Scratch } from './scratch.js';
import type { Group, Row, Spool } from './spool.js';
import type { Tally } from './tally.js';

const MOST_LINES = 500;

type Refusal = Extract<Answer, { ok: false }>;
type Prior = Map<string, Map<string, Map<string, number>>>;

/** Turns groups into commands, one after the other for a customer, and counts what they were answered. */
export class Post {
  private readonly matching: Matching | undefined;
  private readonly meet;
  private readonly serve;
  private readonly knew;
  private readonly source: string;
  /** Of the newest fact that answered. */
  position = 0;

  constructor(
    db: Scratch,
    private readonly mapping: Mapping,
    private readonly gate: Gate,
    private readonly spool: Spool,
    private readonly tally: Tally,
  ) {
    db.exec('CREATE TABLE met (id TEXT PRIMARY KEY, knew INT, served INT) WITHOUT ROWID');
    this.meet = db.prepare('INSERT OR IGNORE INTO met VALUES (?, 1, 0)');
    this.serve = db.prepare('UPDATE met SET served = 1 WHERE id = ? AND served = 0');
    this.knew = {
      set: db.prepare('UPDATE met SET knew = 0 WHERE id = ?'),
      get: db.prepare('SELECT knew FROM met WHERE id = ?'),
    };
    this.matching = mapping.refund === null ? undefined : new Matching(db);
    this.source = `import ${mapping.name}`;
  }

  async group(group: Group): Promise<void> {
    const { customerId } = group;
    if (!group.refund) await this.register(group);
    const served = group.refund ? await this.refund(group) : await this.purchase(group);
    if (served && this.serve.run(customerId).changes > 0) this.tally.customers += 1;
  }

  private async register({ customerId, atMs }: Group): Promise<void> {
    if (this.meet.run(customerId).changes === 0 || !this.mapping.register) return;
    const body = { customerId, at: instantOf(atMs), source: this.source };
    const answer = await this.send('RegisterCustomer', body, this.commandId('register'));
    if (answer.ok && !answer.repeated && answer.facts.length > 0) this.knew.set.run(customerId);
  }

  private async purchase(group: Group): Promise<boolean> {
    const { customerId, atMs, key, channel, rows } = group;
    const purchaseId = group.purchaseId ?? key;
    const base = { customerId, at: instantOf(atMs), purchaseId, source: this.source };
    const first = rows.slice(0, MOST_LINES);
    const [only] = rows;
    const content = only?.quantity === 0 ? { total: amountOf(only) } : { lines: first.map(lineOf) };
    const answer = await this.send(
      'RecordPurchase',
      present({ ...base, ...content, channel: channel ?? undefined }),
      this.commandId(key),
    );
    if (answer.ok) this.tally.took(first.length, answer.repeated || answer.facts.length === 0 ? 0 : first.length);
    else if (answer.code !== 'command.id_reused') return this.refused(rows, answer);
    let taken = answer.ok ? first : [];
    for (let from = taken.length; from < rows.length; from += MOST_LINES) {
      const chunk = rows.slice(from, from + MOST_LINES);
      if (await this.addLines(base, chunk, key)) taken = [...taken, ...chunk];
    }
    if (taken.length === 0) return false;
    this.tally.purchases += 1;
    for (const row of taken) this.tally.sold(amountOf(row));
    this.matching?.bought(customerId, purchaseId, atMs, taken);
    return true;
  }

  /** Of lines that were sent before, the decider takes those that are new. */
  private async addLines(base: Readonly<Record<string, unknown>>, rows: readonly Row[], key: string): Promise<boolean> {
    const commandId = this.commandId(key, ...rows.map(({ lineId }) => lineId));
    const answer = await this.send('AddPurchaseLines', { ...base, lines: rows.map(lineOf) }, commandId);
    if (!answer.ok) return this.refused(rows, answer);
    const added = answer.facts.find(({ type }) => type === 'PurchaseLinesAdded')?.data as
      { readonly lines: readonly unknown[] } | undefined;
    this.tally.took(rows.length, answer.repeated ? 0 : (added?.lines.length ?? 0));
    return true;
  }

  private async refund(group: Group): Promise<boolean> {
    const { customerId, atMs, rows } = group;
    const refundId = group.purchaseId ?? group.key;
    const prior =
      (await this.refundsBefore(customerId, refundId)).get(refundId) ?? new Map<string, Map<string, number>>();
    const byPurchase = new Map<
      string,
      { readonly lines: RefundLine[]; readonly rows: Set<Row>; readonly fresh: Set<Row> }
    >();
    for (const row of rows) {
      const found = this.matching?.cancel(customerId, atMs, row, prior);
      if (found === undefined) {
        this.tally.unmatched += 1;
        this.reject(row, 'unmatched: no earlier purchase has enough of this product at this price left');
        continue;
      }
      for (const [purchaseId, lines] of found) {
        const fresh = lines.map((line) => beyond(line, prior.get(purchaseId))).filter(({ quantity }) => quantity > 0);
        const part = byPurchase.get(purchaseId) ?? { lines: [], rows: new Set<Row>(), fresh: new Set<Row>() };
        part.lines.push(...fresh);
        if (fresh.length > 0) part.fresh.add(row);
        byPurchase.set(purchaseId, { ...part, rows: part.rows.add(row) });
      }
    }
    return this.sendRefunds(group, refundId, byPurchase, prior);
  }

  private async sendRefunds(
    { customerId, atMs, key }: Group,
    refundId: string,
    byPurchase: ReadonlyMap<
      string,
      { readonly lines: readonly RefundLine[]; readonly rows: ReadonlySet<Row>; readonly fresh: ReadonlySet<Row> }
    >,
    prior: Refunded,
  ): Promise<boolean> {
    const counted = new Set<Row>();
    const refusals = new Map<Row, Refusal>();
    for (const [purchaseId, { lines, rows, fresh: unknown }] of byPurchase) {
      const open = [...rows].filter((row) => !counted.has(row));
      const merged = mergedLines(lines);
      let fresh = 0;
      if (merged.length > 0) {
        const again = prior.has(purchaseId) ? `+${commandHash(merged).slice(0, 8)}` : '';
        const body = { customerId, at: instantOf(atMs), purchaseId, refundId: refundId + again, lines: merged };
        const commandId = this.commandId(key, purchaseId, ...merged.map((line) => JSON.stringify(line)));
        const answer = await this.send('RefundPurchase', { ...body, source: this.source }, commandId);
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
    for (const [row, refusal] of refusals) if (!counted.has(row)) this.refused([row], refusal);
    return counted.size > 0;
  }

  /** What this cancellation has given back before, where the customer was known before this import. */
  private async refundsBefore(customerId: string, refundId: string): Promise<Prior> {
    const prior: Prior = new Map();
    const [knew] = (this.knew.get.get(customerId) ?? [0]) as unknown as readonly [number];
    if (knew === 0) return prior;
    for await (const { data } of this.gate.facts(customerId, 'PurchaseRefunded')) {
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

  private async send(type: string, body: Readonly<Record<string, unknown>>, commandId: string): Promise<Answer> {
    const answer = await this.gate.send(type, body, commandId);
    if (answer.ok && answer.position > this.position) this.position = answer.position;
    return answer;
  }

  private refused(rows: readonly Row[], { code, message }: Refusal): false {
    for (const row of rows) this.reject(row, `${code}: ${message}`);
    return false;
  }

  private reject({ line, raw }: Row, reason: string): void {
    this.tally.rejected += 1;
    this.spool.reject({ line, raw }, { column: '', reason });
  }

  private commandId(...parts: readonly string[]): string {
    const [key = '', ...more] = parts;
    return `import/${this.mapping.name}/${key}${more.length > 0 ? `/${commandHash(more).slice(0, 16)}` : ''}`;
  }
}

const commandHash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

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

const amountOf = ({ amount, unitPrice, quantity }: Row): Money => amount ?? times(unitPrice as Money, quantity);

const lineOf = ({ lineId, sku, quantity, unitPrice, amount }: Row) =>
  present({ lineId, sku, quantity, unitPrice: unitPrice ?? undefined, amount: amount ?? undefined });
