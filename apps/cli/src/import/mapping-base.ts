import { isZone } from '#kernel/time.js';
import { dateReader, type DateReader } from './dates.js';
import { conditionIn, sourceIn, type Condition, type NamedColumn, type Reader, type Source } from './mapping-reader.js';

export type Encoding = 'utf-8' | 'latin1';

export const KINDS = ['purchases', 'surveys', 'complaints', 'contacts'] as const;
export type Kind = (typeof KINDS)[number];

export interface RejectRule extends Condition {
  readonly reason: string;
}

export interface DateRule {
  readonly source: Source;
  readonly format: string;
  readonly read: DateReader;
  readonly zone: string;
  readonly timeOfDayMs: number;
}

/** What a mapping of any kind says. What each field means: docs/mappings/README.md */
export interface BaseMapping {
  readonly kind: Kind;
  /** Names the source for ever: a row's identity holds it. */
  readonly name: string;
  readonly file: {
    readonly encoding: Encoding;
    /** One ASCII character, or `blanks` for any run of blanks and tabs. */
    readonly delimiter: string;
    readonly quote: string | null;
    readonly header: boolean;
    /** Names by position where there is no header. */
    readonly columns: readonly string[] | null;
  };
  readonly customer: {
    /** Empty where a template makes the id. */
    readonly column: string;
    /** Text with `{column}` and `{rowNumber}` in it; empty where a column holds the id. */
    readonly template: string;
    /** The file names no customers: these stand for its rows. */
    readonly synthetic: boolean;
    readonly stripSuffix: string;
    readonly stripLeadingZeros: boolean;
    readonly prefix: string;
  };
  readonly date: DateRule;
  /** Empty where the mapping names no amount. */
  readonly currency: string;
  readonly decimalMark: '.' | ',';
  readonly scale: number;
  readonly reject: readonly RejectRule[];
  readonly register: boolean;
  /** Every column the mapping names, with the path that names it. */
  readonly columns: readonly NamedColumn[];
}

/** The number of a row of data in its file, from 1. */
export const ROW_NUMBER = 'rowNumber';

export type Base = Omit<BaseMapping, 'kind'>;

/** What a mapping of one kind says beside that. */
export type Own<M extends BaseMapping> = Omit<M, keyof Base>;

export const readBase = (root: Reader, kind: Kind): Base => ({
  name: root.text('name', { matches: /^[a-z0-9][a-z0-9._-]{0,39}$/, saying: 'small letters, digits and ._-' }),
  file: fileOf(root.object('file')),
  customer: root.object('customer', customerOf),
  date: root.object('date', dateIn),
  currency:
    kind === 'purchases' || root.has('currency')
      ? root.text('currency', { matches: /^[A-Z]{3}$/, saying: 'an ISO 4217 code such as GBP' })
      : '',
  decimalMark: root.oneOf('decimalMark', ['.', ','], '.'),
  scale: root.whole('scale', 0, 6, 2),
  reject: root.list('reject').map((rule) => ({ ...conditionIn(rule), reason: rule.text('reason'), ...rule.done() })),
  register: root.flag('register', true),
  columns: root.columns,
});

const fileOf = (file: Reader): BaseMapping['file'] => {
  const delimiter = file.text('delimiter', { fallback: ',' });
  if (delimiter !== 'blanks' && !/^[\t -~]$/.test(delimiter))
    file.bad('delimiter', 'must be one character or "blanks"');
  const quote = file.nullable('quote', '"');
  if (quote !== null && !/^[!-~]$/.test(quote)) file.bad('quote', 'must be one character or null');
  const header = file.flag('header', true);
  const columns = file.has('columns') ? file.texts('columns') : null;
  if (!header && columns === null) file.bad('columns', 'must name the columns by position where there is no header');
  const encoding = file.oneOf('encoding', ['utf-8', 'latin1'], 'utf-8');
  file.done();
  return { encoding, delimiter, quote, header, columns };
};

const customerOf = (customer: Reader): BaseMapping['customer'] => {
  const made = customer.has('template');
  const template = customer.text('template', { fallback: '' });
  const synthetic = customer.flag('synthetic', false);
  if (made) {
    const parts = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
    if (parts.length === 0) customer.bad('template', 'must name a column in braces, or {rowNumber}');
    for (const part of parts) if (part !== ROW_NUMBER) customer.names('template', part);
    if (!synthetic) customer.bad('synthetic', 'must be true where a template makes the customers');
    if (customer.has('column')) customer.bad('column', 'cannot stand beside a template');
  }
  return {
    ...{ template, synthetic, column: made ? '' : customer.column() },
    stripSuffix: customer.text('stripSuffix', { fallback: '' }),
    stripLeadingZeros: customer.flag('stripLeadingZeros', false),
    prefix: customer.text('prefix', { fallback: '' }),
  };
};

export const dateIn = (date: Reader): DateRule => {
  const source = sourceIn(date);
  const format = date.text('format', { ...('value' in source && { fallback: 'YYYY-MM-DD' }) });
  const zone = date.text('zone', { fallback: 'company' });
  if (zone !== 'company' && !isZone(zone)) date.bad('zone', 'must be "company" or an IANA zone such as Europe/London');
  const time = date.text('timeOfDay', { fallback: '00:00', matches: /^([01]\d|2[0-3]):[0-5]\d$/, saying: 'HH:mm' });
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const read = dateReader(format);
  if (read === undefined) date.bad('format', 'must hold YYYY, MM or M, and DD or D, and may hold HH or H, mm and ss');
  if ('value' in source && read?.(source.value) === undefined) date.bad('value', `must be a day in the form ${format}`);
  return { source, format, read: read ?? (() => undefined), zone, timeOfDayMs: (hours * 60 + minutes) * 60_000 };
};
