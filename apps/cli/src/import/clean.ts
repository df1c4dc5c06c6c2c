import { isCustomerId } from '#kernel/customer.commands.js';
import { moneyFrom, type Money } from '#kernel/money.js';
import { instantAt, msOf } from '#kernel/time.js';
import type { Mapping, RejectRule } from './mapping.js';
import type { Source } from './mapping-reader.js';
import { decoded, type RawRow } from './rows.js';

/** A row that can become part of a fact. */
export interface CleanRow {
  readonly refund: boolean;
  readonly customerId: string;
  readonly atMs: number;
  /** The columns by which rows join one purchase, as JSON; null where a row stands for itself. */
  readonly group: string | null;
  readonly purchaseId: string | null;
  readonly sku: string;
  /** Above 0 for refunds too. */
  readonly quantity: number;
  readonly unitPrice: Money | null;
  readonly amount: Money | null;
  readonly channel: string | null;
}

export interface Reject {
  readonly column: string;
  readonly reason: string;
}

/** Turns rows into clean ones, or says what is wrong with them. */
export class Cleaner {
  private readonly places: ReadonlyMap<string, number>;
  private readonly days = new Map<string, number>();

  /** @param columns  The file's columns by position. */
  constructor(
    private readonly mapping: Mapping,
    columns: readonly string[],
    private readonly companyZone: string,
  ) {
    this.places = new Map(columns.map((name, at) => [name, at]));
  }

  /** @throws nothing: a row that does not hold comes back as a reject */
  clean({ fields, raw }: RawRow): CleanRow | Reject {
    if (decoded(raw, this.mapping.file.encoding) === undefined) {
      return { column: '', reason: `the row is not valid ${this.mapping.file.encoding}` };
    }
    if (fields.length !== this.places.size) {
      return { column: '', reason: `the row has ${fields.length} fields, not ${this.places.size}` };
    }
    try {
      return this.cleaned((column) => this.text(fields, column));
    } catch (error) {
      if (error instanceof Bad) return { column: error.column, reason: error.message };
      throw error;
    }
  }

  private cleaned(text: (column: string) => string): CleanRow {
    const { mapping } = this;
    const value = (source: Source): string => ('value' in source ? source.value : text(source.column));
    const customerId = this.customerId(text(mapping.customer.column));
    for (const rule of mapping.reject) if (applies(rule, text(rule.column))) throw new Bad(rule.column, rule.reason);
    const signed = wholeOf(value(mapping.quantity), nameOf(mapping.quantity));
    const { refund: rule } = mapping;
    const refund =
      rule === 'negative quantity' ? signed < 0 : rule !== null && text(rule.column).startsWith(rule.startsWith);
    if (signed < 0 && !refund)
      throw new Bad(nameOf(mapping.quantity), 'a negative quantity on a row that is no refund');
    if (signed >= 0 && refund && rule !== 'negative quantity') {
      throw new Bad(nameOf(mapping.quantity), 'a refund whose quantity is not negative');
    }
    const sku = value(mapping.sku).trim();
    if (sku === '') throw new Bad(nameOf(mapping.sku), 'no product');
    const group = mapping.groupBy === null ? null : JSON.stringify(mapping.groupBy.map(text));
    if (signed === 0 && group !== null) throw new Bad(nameOf(mapping.quantity), 'a quantity of 0');
    const channel = mapping.channel === null ? '' : value(mapping.channel);
    return {
      ...{ refund, customerId, group, sku, quantity: Math.abs(signed), atMs: this.atMs(text(mapping.date.column)) },
      purchaseId: mapping.purchaseId === null ? null : text(mapping.purchaseId),
      unitPrice: mapping.unitPrice && this.money(value(mapping.unitPrice), nameOf(mapping.unitPrice)),
      amount: mapping.amount && this.money(value(mapping.amount), nameOf(mapping.amount)),
      channel: channel === '' ? null : channel,
    };
  }

  private text(fields: readonly string[], column: string): string {
    const field = fields[this.places.get(column) ?? -1] ?? '';
    return (decoded(field, this.mapping.file.encoding) ?? '').trim();
  }

  private customerId(text: string): string {
    const { column, stripSuffix, stripLeadingZeros, prefix } = this.mapping.customer;
    if (text === '') throw new Bad(column, 'no customer');
    let id = stripSuffix !== '' && text.endsWith(stripSuffix) ? text.slice(0, -stripSuffix.length) : text;
    if (stripLeadingZeros) id = id.replace(/^0+(?=.)/, '');
    id = prefix + id;
    if (!isCustomerId(id)) {
      throw new Bad(
        column,
        'no id of a customer: 1 to 64 letters, digits or ._:-, neither an e-mail address nor a phone number',
      );
    }
    return id;
  }

  private atMs(text: string): number {
    let ms = this.days.get(text);
    if (ms !== undefined) return ms;
    const { column, format, read, zone, timeOfDayMs } = this.mapping.date;
    const wall = read(text);
    if (wall === undefined) throw new Bad(column, `no date that exists in the form ${format}`);
    const inZone = zone === 'company' ? this.companyZone : zone;
    ms = msOf(instantAt(wall.day, wall.timeOfDayMs ?? timeOfDayMs, inZone));
    if (this.days.size > 50_000) this.days.clear();
    this.days.set(text, ms);
    return ms;
  }

  private money(text: string, column: string): Money {
    const { decimalMark, currency, scale } = this.mapping;
    const plain = decimalMark === ',' ? text.replaceAll('.', '').replace(',', '.') : text;
    const amount = moneyFrom(plain, currency, scale);
    if (amount === undefined) throw new Bad(column, 'no amount with at most six decimals');
    if (amount.units < 0) throw new Bad(column, 'a negative amount');
    return amount;
  }
}

class Bad extends Error {
  constructor(
    readonly column: string,
    message: string,
  ) {
    super(message);
  }
}

const nameOf = (source: Source): string => ('column' in source ? source.column : '');

const applies = ({ equals, startsWith }: RejectRule, text: string): boolean =>
  equals.includes(text) || startsWith.some((start) => text.startsWith(start));

function wholeOf(text: string, column: string): number {
  const whole = /^[+-]?\d{1,15}(?:\.0{1,6})?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(whole)) throw new Bad(column, 'no whole number');
  return whole;
}
