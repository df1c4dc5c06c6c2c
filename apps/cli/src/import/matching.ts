import type { Money } from '#kernel/money.js';
import type { Scratch } from './scratch.js';
import type { PurchaseRow } from './purchase-rows.js';

export interface RefundLine {
  readonly lineId: string;
  readonly quantity: number;
}

/** Pieces given back, by purchase and line. */
export type Refunded = ReadonlyMap<string, Map<string, number>>;

const SCHEMA = `
  CREATE TABLE bought (
    seq INTEGER PRIMARY KEY, customer TEXT, sku TEXT, price TEXT, at INT, pid TEXT, line_id TEXT, left INT);
  CREATE INDEX bought_by ON bought (customer, sku, price, at)`;

type Held = readonly [seq: number, pid: string, lineId: string, left: number];

/** What can still be cancelled: each purchase line of the file with the pieces left of it. */
export class Matching {
  private readonly insert;
  private readonly held;
  private readonly take;

  constructor(db: Scratch) {
    db.exec(SCHEMA);
    this.insert = db.prepare('INSERT INTO bought VALUES (NULL,?,?,?,?,?,?,?)');
    this.held = db.prepare(
      'SELECT seq, pid, line_id, left FROM bought WHERE customer = ? AND sku = ? AND price = ? AND at <= ? AND left > 0 ORDER BY at DESC, pid DESC, seq',
    );
    this.take = db.prepare('UPDATE bought SET left = left - ? WHERE seq = ?');
  }

  bought(customerId: string, purchaseId: string, atMs: number, rows: readonly PurchaseRow[]): void {
    for (const { sku, unitPrice, lineId, quantity } of rows) {
      this.insert.run(customerId, sku, priceOf(unitPrice), atMs, purchaseId, lineId, quantity);
    }
  }

  /**
   * The lines that a cancelled row gives back, by purchase: all of the latest earlier purchase with enough pieces of this
   * product at this price left, else of the latest ones that have enough together; undefined where they have not.
   *
   * @param recorded  Refunds of the same cancellation that are in the store already; they come first.
   */
  cancel(
    customerId: string,
    atMs: number,
    row: PurchaseRow,
    recorded?: Refunded,
  ): ReadonlyMap<string, readonly RefundLine[]> | undefined {
    const lines = this.held.all(customerId, row.sku, priceOf(row.unitPrice), atMs) as unknown as readonly Held[];
    const left = new Map<string, number>();
    const done = new Map<string, number>();
    for (const [, pid, lineId, pieces] of lines) {
      left.set(pid, (left.get(pid) ?? 0) + pieces);
      done.set(pid, (done.get(pid) ?? 0) + (recorded?.get(pid)?.get(lineId) ?? 0));
    }
    const enough = [...left].filter(([, pieces]) => pieces >= row.quantity).map(([pid]) => pid);
    const whole = enough.find((pid) => (done.get(pid) ?? 0) >= row.quantity) ?? enough[0];
    const total = [...left.values()].reduce((sum, pieces) => sum + pieces, 0);
    if (whole === undefined && total < row.quantity) return undefined;
    const given = new Map<string, RefundLine[]>();
    let wanted = row.quantity;
    for (const [seq, pid, lineId, pieces] of lines) {
      if ((whole !== undefined && pid !== whole) || wanted === 0) continue;
      const quantity = Math.min(wanted, pieces);
      this.take.run(quantity, seq);
      wanted -= quantity;
      given.set(pid, [...(given.get(pid) ?? []), { lineId, quantity }]);
    }
    return given;
  }
}

const priceOf = (price: Money | null): string => (price === null ? '' : `${price.units} ${price.scale}`);
