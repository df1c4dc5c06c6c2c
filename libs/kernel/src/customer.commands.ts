import { buildMessage, IsOptional, Length, Matches, ValidateBy, ValidateNested } from 'class-validator';
import { MAX_SCALE, MAX_UNITS } from './money.js';
import { isDayInRange, isInstant, type Instant } from './time.js';

const CUSTOMER_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const PHONE_LIKE = /^\+?\d[\d .-]{9,}$/;

/** `figures` stand in the metadata, from which the OpenAPI document takes them. */
const rule = (
  name: string,
  validate: (value: unknown) => boolean,
  message: string,
  figures: readonly number[] = [],
): PropertyDecorator => {
  const defaultMessage = buildMessage((each) => `${each}$property ${message}`);
  return ValidateBy({ name, constraints: [...figures], validator: { validate, defaultMessage } });
};

/** Letters, digits and `._:-`, at most 64; nothing that looks like an e-mail address or a phone number. */
export const isCustomerId = (value: unknown): value is string =>
  typeof value === 'string' &&
  CUSTOMER_ID.test(value) &&
  !(PHONE_LIKE.test(value) && value.replace(/\D/g, '').length > 9);

export const IsCustomerId = (): PropertyDecorator =>
  rule(
    'isCustomerId',
    isCustomerId,
    'must be 1 to 64 letters, digits or ._:- and neither an e-mail address nor a phone number',
  );
export const IsInstant = (): PropertyDecorator =>
  rule('isInstant', isInstant, 'must be an ISO 8601 instant with a zone, from 1900 up to 2200');
export const IsDay = (): PropertyDecorator =>
  rule('isDay', isDayInRange, 'must be a day that exists, YYYY-MM-DD, from 1900 up to 2200');

const CONTROL = new RegExp('[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]');
const REFERENCE = new RegExp('^[^\\s\\u0000-\\u001f\\u007f]([^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f])?$');

/** A text of `least` to `most` characters without control characters or lone surrogates. */
export const IsText = (most: number, least = 1): PropertyDecorator =>
  rule(
    'isText',
    (value) =>
      typeof value === 'string' &&
      value.length >= least &&
      value.length <= most &&
      value.isWellFormed() &&
      !CONTROL.test(value),
    `must be a text of ${least} to ${most} characters without control characters`,
    [least, most],
  );

/** A name for a thing of the caller's, such as a purchase: 1 to 100 characters without blanks at its ends. */
export const IsReference = (): PropertyDecorator =>
  rule(
    'isReference',
    (value) => typeof value === 'string' && value.length <= 100 && value.isWellFormed() && REFERENCE.test(value),
    'must be 1 to 100 characters without control characters or blanks at its ends',
  );

/** A whole number from `least` to `most`. */
export const IsWhole = (least: number, most: number): PropertyDecorator =>
  rule(
    'isWhole',
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    `must be a whole number from ${least} to ${most}`,
    [least, most],
  );

const nested = new WeakMap<object, Map<string, new () => object>>();

/** The class of a field that holds an object or a list of objects; see `instantiate`. */
export const nestedClassOf = (prototype: object, field: string): (new () => object) | undefined => {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const known = nested.get(at)?.get(field);
    if (known !== undefined) return known;
  }
  return undefined;
};

/** Validates a field as an object of a class, or each item of a list (`each`). */
export const Nested =
  (type: new () => object, options: { each?: boolean } = {}): PropertyDecorator =>
  (target, field) => {
    const fields = nested.get(target) ?? new Map<string, new () => object>();
    nested.set(target, fields.set(String(field), type));
    ValidateNested({ each: options.each ?? false })(target, field);
  };

const clearable = new WeakMap<object, Set<string>>();

/** A field that may be left out, and that null clears. Elsewhere null is the same as leaving a field out. */
export const Clearable = (): PropertyDecorator => (target, field) => {
  clearable.set(target, (clearable.get(target) ?? new Set()).add(String(field)));
  IsOptional()(target, field);
};

export const isClearable = (prototype: object, field: string): boolean => clearable.get(prototype)?.has(field) ?? false;

/** An amount as commands carry it: `{"units": 1999, "scale": 2, "currency": "GBP"}` is £19.99. */
export class MoneyInput {
  @IsWhole(0, MAX_UNITS * 1000) units!: number;
  @IsWhole(0, MAX_SCALE) scale!: number;
  @Matches(/^[A-Z]{3}$/, { message: '$property must be an ISO 4217 code such as GBP' }) currency!: string;
}

/** What every command about one customer carries. */
export abstract class CustomerCommand {
  abstract readonly type: string;
  @IsCustomerId() customerId!: string;
  /** When it happened in the business; now when left out. */
  @IsOptional() @IsInstant() at!: Instant;
  /** The caller's name for this request: sent again, it is answered again and done once. */
  @IsOptional() @Length(1, 200) @IsText(200) commandId?: string;
  /** Which system says so. */
  @IsOptional() @IsText(100) source?: string;
}
