import fc from 'fast-check';
import { InvalidRequest } from './errors.js';
import {
  dayOf,
  daysBetween,
  firstOfMonth,
  instantAt,
  isDay,
  isInstant,
  isZone,
  plusDays,
  plusMonths,
  startOfDay,
  toInstant,
} from './time.js';

const HOUR = 3_600_000;

describe('an instant', () => {
  it('has one normal form', () => {
    expect(toInstant('2026-03-02T12:00:00+01:00')).toBe('2026-03-02T11:00:00.000Z');
    expect(toInstant('2026-03-02T12:00Z')).toBe('2026-03-02T12:00:00.000Z');
    expect(toInstant('2026-03-02T12:00:00.123456789Z')).toBe('2026-03-02T12:00:00.123Z');
  });
  it.each([
    '2026-03-02',
    '2026-03-02T12:00:00',
    '2026-02-30T12:00:00Z',
    '2026-13-01T00:00:00Z',
    '1899-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    'now',
    5,
    null,
  ])('is not %s', (text) => {
    expect(isInstant(text)).toBe(false);
    expect(() => toInstant(text)).toThrow(InvalidRequest);
  });
});

describe('a day', () => {
  it('exists', () => {
    expect([isDay('2028-02-29'), isDay('2026-02-29'), isDay('1900-02-29'), isDay('2026-2-1')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
  it('is the one of the zone', () => {
    expect(dayOf('2026-03-02T23:30:00.000Z', 'Europe/Paris')).toBe('2026-03-03');
    expect(dayOf('2026-03-02T04:30:00.000Z', 'America/New_York')).toBe('2026-03-01');
    expect(dayOf('2026-03-02T14:59:59.999Z', 'Asia/Tokyo')).toBe('2026-03-02');
    expect(dayOf('2026-03-02T18:15:00.000Z', 'Asia/Kathmandu')).toBe('2026-03-03');
  });
  it('begins later where the clocks skip its midnight', () => {
    expect(startOfDay('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
    expect(dayOf('2018-11-04T02:59:59.999Z', 'America/Sao_Paulo')).toBe('2018-11-03');
  });
  it('begins once where the clocks go back over its midnight', () => {
    expect(startOfDay('2018-02-18', 'America/Sao_Paulo')).toBe('2018-02-18T03:00:00.000Z');
  });
  it('has 23, 24 or 25 hours', () => {
    const hours = (day: string) =>
      (Date.parse(startOfDay(plusDays(day, 1), 'Europe/London')) - Date.parse(startOfDay(day, 'Europe/London'))) / HOUR;
    expect(['2026-03-29', '2026-03-30', '2026-10-25'].map(hours)).toEqual([23, 24, 25]);
  });
  it('holds its first instant, and not the one before', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/London',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'America/St_Johns',
    );
    const days = fc
      .integer({ min: 0, max: 40_000 })
      .map((n) => plusDays('1975-01-01', n))
      .filter((day) => day !== '2011-12-30');
    fc.assert(
      fc.property(zones, days, (zone, day) => {
        const start = startOfDay(day, zone);
        expect(dayOf(start, zone)).toBe(day);
        expect(dayOf(new Date(Date.parse(start) - 1).toISOString(), zone) < day).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
  it('of 1900 is found too', () => {
    expect(startOfDay('1900-01-01', 'UTC')).toBe('1900-01-01T00:00:00.000Z');
    expect(dayOf('1900-06-01T12:00:00.000Z', 'Europe/London')).toBe('1900-06-01');
    expect(dayOf(startOfDay('1930-07-01', 'Europe/Amsterdam'), 'Europe/Amsterdam')).toBe('1930-07-01');
  });
});

describe('wall-clock time', () => {
  it('that the clocks skip is read with the offset before the jump', () => {
    expect(instantAt('2026-03-29', 1.5 * HOUR, 'Europe/London')).toBe('2026-03-29T01:30:00.000Z');
  });
  it('that comes twice is the first', () => {
    expect(instantAt('2026-10-25', 1.5 * HOUR, 'Europe/London')).toBe('2026-10-25T00:30:00.000Z');
  });
});

describe('months', () => {
  it('end where they end', () => {
    expect(plusMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(plusMonths('2028-01-31', 1)).toBe('2028-02-29');
    expect(plusMonths('2026-03-31', -1)).toBe('2026-02-28');
    expect(plusMonths('2026-11-30', 14)).toBe('2028-01-30');
    expect(firstOfMonth('2026-11-30')).toBe('2026-11-01');
  });
  it('end where Date says they end', () => {
    const day = fc.integer({ min: Date.UTC(1900, 0, 1) / 86_400_000, max: Date.UTC(2199, 11, 31) / 86_400_000 });
    fc.assert(
      fc.property(day, fc.integer({ min: -30, max: 30 }), (number, months) => {
        const from = new Date(number * 86_400_000);
        const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months];
        const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
        const expected = new Date(Date.UTC(year, month, Math.min(from.getUTCDate(), last))).toISOString().slice(0, 10);
        return plusMonths(from.toISOString().slice(0, 10), months) === expected;
      }),
    );
  });
  it('are counted in days across a change of the clocks', () => {
    expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31);
    expect(daysBetween('2026-04-01', '2026-03-01')).toBe(-31);
  });
});

describe('a zone', () => {
  it('is an IANA name', () => {
    expect(['Europe/London', 'UTC', 'Mars/Olympus', '', 7].map(isZone)).toEqual([true, true, false, false, false]);
  });
});
