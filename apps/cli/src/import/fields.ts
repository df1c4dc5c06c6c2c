import { moneyFrom, type Money } from '#kernel/money.js';
import { instantAt, msOf } from '#kernel/time.js';
import type { BaseMapping, DateRule } from './mapping-base.js';
import type { Choice, Condition, Source } from './mapping-reader.js';

export interface Reject {
  readonly column: string;
  readonly reason: string;
}

/** What makes a row one that cannot be sent. */
export class Bad extends Error {
  constructor(
    readonly column: string,
    message: string,
  ) {
    super(message);
  }
}

/** A row that can become facts. `atMs` is when its first fact happened. */
export interface Cleaned {
  readonly customerId: string;
  readonly atMs: number;
}

/** One row's values as a mapping asks for them. */
export class Fields {
  /** @param text  A column's text, without blanks at its ends. */
  constructor(
    private readonly mapping: BaseMapping,
    private readonly instants: Instants,
    readonly text: (column: string) => string,
  ) {}

  value(source: Source): string {
    return 'value' in source ? source.value : this.text(source.column);
  }

  /** Undefined where the mapping names none, or the text is blank. */
  optional(source: Source | null): string | undefined {
    return source === null ? undefined : this.value(source) || undefined;
  }

  /** @throws {Bad} where the text is blank */
  required(source: Source, what: string): string {
    const text = this.value(source);
    if (text === '') throw new Bad(nameOf(source), `no ${what}`);
    return text;
  }

  /** @throws {Bad} where the mapping has no word for the text */
  choice(choice: Choice, what: string): string {
    const chosen = this.optionalChoice(choice);
    if (chosen === undefined) throw new Bad(nameOf(choice), `no ${what}`);
    return chosen;
  }

  /** Undefined where the mapping names none, or the text is blank and has no word. @throws {Bad} for a text without one */
  optionalChoice(choice: Choice | null): string | undefined {
    if (choice === null) return undefined;
    const text = this.value(choice);
    if (choice.values === null) return text || (choice.otherwise ?? undefined);
    const named = Object.hasOwn(choice.values, text) ? choice.values[text] : undefined;
    const chosen = named ?? choice.otherwise ?? undefined;
    if (chosen === undefined && text !== '')
      throw new Bad(nameOf(choice), `"${text.slice(0, 40)}" is not in the mapping`);
    return chosen;
  }

  holds({ column, equals, startsWith }: Condition): boolean {
    const text = this.text(column);
    return equals.includes(text) || startsWith.some((start) => text.startsWith(start));
  }

  whole(source: Source): number {
    const text = this.value(source);
    const whole = /^[+-]?\d{1,15}(?:\.0{1,6})?$/.test(text) ? Number(text) : NaN;
    if (Number.isNaN(whole)) throw new Bad(nameOf(source), 'no whole number');
    return whole;
  }

  money(source: Source): Money {
    const { decimalMark, currency, scale } = this.mapping;
    const text = this.value(source);
    const plain = decimalMark === ',' ? text.replaceAll('.', '').replace(',', '.') : text;
    const amount = moneyFrom(plain, currency, scale);
    if (amount === undefined) throw new Bad(nameOf(source), 'no amount with at most six decimals');
    if (amount.units < 0) throw new Bad(nameOf(source), 'a negative amount');
    return amount;
  }

  atMs(rule: DateRule): number {
    return this.instants.read(rule, this.value(rule.source));
  }
}

/** Dates read once: a file holds few of them, many times each. */
export class Instants {
  private readonly known = new Map<DateRule, Map<string, number>>();

  constructor(private readonly companyZone: string) {}

  /** @throws {Bad} */
  read(rule: DateRule, text: string): number {
    const byText = this.known.get(rule) ?? new Map<string, number>();
    let ms = byText.get(text);
    if (ms !== undefined) return ms;
    const wall = rule.read(text);
    if (wall === undefined) throw new Bad(nameOf(rule.source), `no date that exists in the form ${rule.format}`);
    const zone = rule.zone === 'company' ? this.companyZone : rule.zone;
    ms = msOf(instantAt(wall.day, wall.timeOfDayMs ?? rule.timeOfDayMs, zone));
    if (byText.size > 50_000) byText.clear();
    this.known.set(rule, byText.set(text, ms));
    return ms;
  }
}

export const nameOf = (source: Source): string => ('column' in source ? source.column : '');
