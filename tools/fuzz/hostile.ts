import * as fc from 'fast-check';

/** Stands for text that is put into the JSON as it is, such as NaN, which no value of JavaScript prints as. */
export const bare = (text: string): string => `#bare:${text}#`;

/** JSON text in which what `bare` marked stands bare. */
export const jsonText = (value: unknown): string =>
  (JSON.stringify(value) ?? '').replace(/"#bare:.*?#"/g, (marked) => (JSON.parse(marked) as string).slice(6, -1));

const deep = (open: string, close: string, levels: number): string =>
  bare(`${open.repeat(levels)}0${close.repeat(levels)}`);

const NUMBERS = [0, -0, -1, 1.5, 1e-7, 2 ** 31, 2 ** 53, -(2 ** 53), 1e12, 1e15 - 1, 999_999_999_999, 1e21, 5e-324];
const NO_JSON = ['NaN', 'Infinity', '-Infinity', 'undefined', '0x10', '01', '.5', '1e', "'text'", '/**/1', ''];
const NUMBER_TEXTS = ['1e999', '-1e999', '1e400', '123456789012345678901234567890', '1.0', '-0', '1E2'];
const DAYS = [
  ...['9999-12-31', '9999-12-31T23:59:59Z', '1899-12-31T23:59:59Z', '0000-01-01', '0001-01-01T00:00:00Z'],
  ...['2200-01-01T00:00:00Z', '2199-12-31T23:59:59.999Z', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z'],
  ...['2026-02-30', '2026-02-30T00:00:00Z', '2026-13-01', '2026-03-02T25:00:00Z', '2026-03-02T10:15:60Z'],
  ...[
    '2026-03-02T10:15:00',
    '2026-03-02T10:15:00+99:99',
    '2026-03-02T10:15:00.1234567890Z',
    '1900-01-01T00:00:00+14:00',
  ],
];
const TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\r\nSet-Cookie: a=b',
    '\u007f',
    '\u202e',
    '\ufeff',
    '\u00e9',
    '💥',
    'null',
    'true',
  ],
  ...["' OR '1'='1", "'; DROP TABLE facts; --", '" OR ""="', '$gt', '../../etc/passwd', '..%2f..%2f', '%00', 'C:\\'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '=cmd()', '${7*7}', '{{7*7}}', '<script>', 'settle/x'],
  ...['x/settle-1', 'ann@example.org', '+44 20 7946 0958', 'a'.repeat(65), 'b'.repeat(101), 'c'.repeat(5_000)],
];
const LONE = ['\\ud800', '\\udc00', 'a\\ud83d', '\\udc00\\ud800'].map((escape) => bare(`"${escape}"`));

/** Values that some program, somewhere, fell over. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...NUMBERS) },
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...TEXTS) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...DAYS) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...LONE) },
  { weight: 2, arbitrary: fc.constantFrom(...NUMBER_TEXTS.map(bare)) },
  { weight: 1, arbitrary: fc.constantFrom(...NO_JSON.map(bare)) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], [{}], { length: 1e9 }) },
  { weight: 1, arbitrary: fc.constantFrom(deep('[', ']', 50), deep('{"a":', '}', 50), deep('[', ']', 2_000)) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
);

/** Names that objects of JavaScript have by birth, and some that no command has. */
export const hostileNames = fc.constantFrom(
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'then', 'toJSON'],
  ...[
    'type',
    '',
    ' ',
    'customerId ',
    'CustomerId',
    'é',
    '\u0000',
    'x'.repeat(3_000),
    '0',
    'length',
    '$where',
    'command',
  ],
);
/** Once in a while: what only its size makes hostile. */
export const oversized = fc.constantFrom(
  deep('[', ']', 60_000),
  deep('{"a":', '}', 30_000),
  bare(`"${'x'.repeat(250_000)}"`),
  bare(`[${'0,'.repeat(100_000)}0]`),
  bare(`[${'{},'.repeat(60_000)}{}]`),
  bare(`"${'x'.repeat(300_000)}"`),
);
