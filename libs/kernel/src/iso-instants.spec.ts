import fc from 'fast-check';
import { dayNumber, isoDay, isoInstant, parsedInstant } from './iso-instants.js';

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

describe('instants in their normal form', () => {
  it('are written as Date writes them', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => isoInstant(ms) === new Date(ms).toISOString()),
    );
    for (const ms of [FIRST - 1, LAST + 1, 0, -1, 1.5, -1.5]) expect(isoInstant(ms)).toBe(new Date(ms).toISOString());
    expect(() => isoInstant(NaN)).toThrow(RangeError);
  });

  it('are read as Date reads them', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => parsedInstant(new Date(ms).toISOString()) === ms),
    );
  });

  it.each([
    '2025-02-29T00:00:00.000Z',
    '2025-02-30T00:00:00.000Z',
    '2024-02-29T23:59:59.999Z',
    '2025-13-01T00:00:00.000Z',
    '2025-00-01T00:00:00.000Z',
    '2025-01-00T00:00:00.000Z',
    '2025-01-01T24:00:00.000Z',
    '2025-01-01T24:00:01.000Z',
    '2025-01-01T23:60:00.000Z',
    '2025-01-01T23:00:60.000Z',
    '2025-01-01T00:00:00.00aZ',
    '2025-01-01 00:00:00.000Z',
    '2025-01-01T00:00:00+02:00',
    '+02025-01-01T00:00:00.00',
    '20a5-01-01T00:00:00.000Z',
    '',
  ])('reads %j as Date does, or refuses it as Date does', (text) => {
    expect(parsedInstant(text)).toBe(Date.parse(text));
  });
});

describe('days as numbers', () => {
  const DAY = 86_400_000;
  const days = fc.integer({ min: FIRST / DAY, max: Math.floor(LAST / DAY) });

  it('are written and read as Date does', () => {
    fc.assert(fc.property(days, (day) => isoDay(day) === new Date(day * DAY).toISOString().slice(0, 10)));
    fc.assert(fc.property(days, (day) => dayNumber(isoDay(day)) === day));
  });

  it.each(['2024-02-29', '2025-02-29', '2026-13-01', '2026-00-01', '2026x01-01', '20a6-01-01', '2026-1-1', ''])(
    'reads %j as Date does, or refuses it as Date does',
    (text) => {
      expect(dayNumber(text)).toBe(Date.parse(`${text}T00:00:00.000Z`) / DAY);
    },
  );
});
