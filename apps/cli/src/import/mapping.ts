import { isZone } from '#kernel/time.js';
import { dateReader, type DateReader } from './dates.js';
import { Reader, type Source } from './mapping-reader.js';

export type Encoding = 'utf-8' | 'latin1';

export interface RejectRule {
  readonly column: string;
  readonly equals: readonly string[];
  readonly startsWith: readonly string[];
  readonly reason: string;
}

/** How one source's rows become purchases. What each field means: docs/mappings/README.md */
export interface Mapping {
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
    readonly column: string;
    readonly stripSuffix: string;
    readonly stripLeadingZeros: boolean;
    readonly prefix: string;
  };
  readonly date: {
    readonly column: string;
    readonly format: string;
    readonly read: DateReader;
    readonly zone: string;
    readonly timeOfDayMs: number;
  };
  readonly currency: string;
  readonly decimalMark: '.' | ',';
  readonly scale: number;
  readonly sku: Source;
  readonly quantity: Source;
  readonly unitPrice: Source | null;
  readonly amount: Source | null;
  /** Rows of one customer that agree in these columns are one purchase; null where every row is one. */
  readonly groupBy: readonly string[] | null;
  readonly purchaseId: string | null;
  readonly refund: { readonly column: string; readonly startsWith: string } | 'negative quantity' | null;
  readonly reject: readonly RejectRule[];
  readonly register: boolean;
  readonly channel: Source | null;
}

/** @throws {MappingError} naming the path of every field that does not hold */
export function parseMapping(json: unknown): Mapping {
  const root = new Reader(json);
  const mapping: Mapping = {
    name: root.text('name', { matches: /^[a-z0-9][a-z0-9._-]{0,39}$/, saying: 'small letters, digits and ._-' }),
    file: fileOf(root.object('file')),
    customer: root.object('customer', (customer) => ({
      column: customer.text('column'),
      stripSuffix: customer.text('stripSuffix', { fallback: '' }),
      stripLeadingZeros: customer.flag('stripLeadingZeros', false),
      prefix: customer.text('prefix', { fallback: '' }),
    })),
    date: root.object('date', dateOf),
    currency: root.text('currency', { matches: /^[A-Z]{3}$/, saying: 'an ISO 4217 code such as GBP' }),
    decimalMark: root.oneOf('decimalMark', ['.', ','], '.'),
    scale: root.whole('scale', 0, 6, 2),
    sku: root.source('sku'),
    quantity: root.source('quantity', { value: '1' }),
    unitPrice: root.source('unitPrice', null),
    amount: root.source('amount', null),
    ...root.object('purchase', purchaseOf, { groupBy: null, purchaseId: null }),
    refund: root.has('refund') ? root.object('refund', refundOf) : null,
    reject: root.list('reject').map((rule) => ({
      column: rule.text('column'),
      equals: rule.texts('equals'),
      startsWith: rule.texts('startsWith'),
      reason: rule.text('reason'),
      ...rule.done(),
    })),
    register: root.flag('register', true),
    channel: root.source('channel', null),
  };
  root.note('about');
  root.done();
  if (mapping.unitPrice === null && mapping.amount === null) root.bad('', 'needs a unitPrice or an amount');
  if (mapping.refund !== null && mapping.unitPrice === null) root.bad('refund', 'is matched by unitPrice: name it');
  if (mapping.refund !== null && mapping.purchaseId === null) root.bad('refund', 'needs purchase.id');
  root.check();
  return mapping;
}

const fileOf = (file: Reader): Mapping['file'] => {
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

const dateOf = (date: Reader): Mapping['date'] => {
  const format = date.text('format');
  const zone = date.text('zone', { fallback: 'company' });
  if (zone !== 'company' && !isZone(zone)) date.bad('zone', 'must be "company" or an IANA zone such as Europe/London');
  const time = date.text('timeOfDay', { fallback: '00:00', matches: /^([01]\d|2[0-3]):[0-5]\d$/, saying: 'HH:mm' });
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const read = dateReader(format);
  if (read === undefined) date.bad('format', 'must hold YYYY, MM or M, and DD or D, and may hold HH or H, mm and ss');
  const column = date.text('column');
  date.done();
  return { column, format, read: read ?? (() => undefined), zone, timeOfDayMs: (hours * 60 + minutes) * 60_000 };
};

const purchaseOf = (purchase: Reader) => {
  const groupBy = purchase.has('groupBy') ? purchase.texts('groupBy') : null;
  if (groupBy?.length === 0) purchase.bad('groupBy', 'must name a column; leave it out where a row is a purchase');
  const purchaseId = purchase.nullable('id', null);
  if (purchaseId !== null && groupBy?.includes(purchaseId) !== true) purchase.bad('id', 'must be one of groupBy');
  return { groupBy, purchaseId, ...purchase.done() };
};

const refundOf = (refund: Reader): NonNullable<Mapping['refund']> => {
  if (refund.has('quantity')) {
    refund.oneOf('quantity', ['negative'], 'negative');
    refund.done();
    return 'negative quantity';
  }
  return { column: refund.text('column'), startsWith: refund.text('startsWith'), ...refund.done() };
};

/** Every column a mapping names, with the path that names it. */
export function columnsOf(mapping: Mapping): readonly (readonly [path: string, column: string])[] {
  const { customer, date, groupBy, purchaseId, refund, reject } = mapping;
  const sources = (['sku', 'quantity', 'unitPrice', 'amount', 'channel'] as const).flatMap((path) => {
    const source = mapping[path];
    return source !== null && 'column' in source ? [[`${path}.column`, source.column] as const] : [];
  });
  return [
    ['customer.column', customer.column],
    ['date.column', date.column],
    ...sources,
    ...(groupBy ?? []).map((column, at) => [`purchase.groupBy[${at}]`, column] as const),
    ...(purchaseId === null ? [] : [['purchase.id', purchaseId] as const]),
    ...(refund !== null && typeof refund === 'object' ? [['refund.column', refund.column] as const] : []),
    ...reject.map(({ column }, at) => [`reject[${at}].column`, column] as const),
  ];
}
