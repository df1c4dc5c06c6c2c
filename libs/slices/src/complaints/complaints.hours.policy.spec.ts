import fc from 'fast-check';
import { DefinitionError } from '#kernel/errors.js';
import { instantOf, msOf, plusHours } from '#kernel/time.js';
import {
  businessMsBetween,
  calendarFrom,
  plusBusinessDays,
  plusBusinessHours,
  plusBusinessMs,
  type BusinessCalendar,
} from './complaints.hours.policy.js';

const office = [{ from: '09:00', to: '17:00' }];
const weekdays = { mon: office, tue: office, wed: office, thu: office, fri: office };
const calendar: BusinessCalendar = { open: weekdays, holidays: ['2026-04-03', '2026-04-06'] };
const LONDON = 'Europe/London';
const NEW_YORK = 'America/New_York';
const allDay = [{ from: '00:00', to: '24:00' }];
const always: BusinessCalendar = {
  open: { sun: allDay, mon: allDay, tue: allDay, wed: allDay, thu: allDay, fri: allDay, sat: allDay },
  holidays: [],
};

describe('business hours', () => {
  const plus8 = (at: string, zone: string, hours = 8) => plusBusinessHours(at, hours, calendar, zone);

  it('end at the close of the same day where they fit', () => {
    expect(plus8('2026-03-02T09:00:00.000Z', 'UTC')).toBe('2026-03-02T17:00:00.000Z');
  });
  it('go on the next morning where they do not', () => {
    expect(plus8('2026-03-02T12:00:00.000Z', 'UTC')).toBe('2026-03-03T12:00:00.000Z');
  });
  it('leave out the weekend', () => {
    expect(plus8('2026-03-06T16:00:00.000Z', 'UTC')).toBe('2026-03-09T16:00:00.000Z');
  });
  it('begin at the next opening for what comes on a Sunday, at night, or at the close', () => {
    for (const at of ['2026-03-08T03:00:00.000Z', '2026-03-09T00:00:00.000Z', '2026-03-06T17:00:00.000Z']) {
      expect(plus8(at, 'UTC', 1)).toBe('2026-03-09T10:00:00.000Z');
    }
  });
  it('leave out Good Friday and Easter Monday, over which London’s clocks had changed', () => {
    expect(plus8('2026-04-02T15:00:00.000Z', LONDON)).toBe('2026-04-07T15:00:00.000Z');
  });
  it('keep to the wall clock when the clocks go forward in London and New York', () => {
    // Friday 16:00 GMT, then Monday 09:00 to 16:00 BST
    expect(plus8('2026-03-27T16:00:00.000Z', LONDON)).toBe('2026-03-30T15:00:00.000Z');
    // Friday 16:00 EST, then Monday 09:00 to 16:00 EDT
    expect(plus8('2026-03-06T21:00:00.000Z', NEW_YORK)).toBe('2026-03-09T20:00:00.000Z');
  });
  it('keep to the wall clock when the clocks go back in London and New York', () => {
    expect(plus8('2026-10-23T15:00:00.000Z', LONDON)).toBe('2026-10-26T16:00:00.000Z');
    expect(plus8('2026-10-30T20:00:00.000Z', NEW_YORK)).toBe('2026-11-02T21:00:00.000Z');
  });
  it('count the hours that really pass on a day of change where business never closes', () => {
    const midnight = '2026-03-29T00:00:00.000Z';
    expect(plusBusinessHours(midnight, 23, always, LONDON)).toBe('2026-03-29T23:00:00.000Z');
    expect(plusBusinessHours('2026-10-24T23:00:00.000Z', 25, always, LONDON)).toBe('2026-10-26T00:00:00.000Z');
  });
  it('skip opening hours that the clocks skip', () => {
    const night = { open: { ...weekdays, sun: [{ from: '01:10', to: '02:05' }] }, holidays: [] };
    // 01:10 GMT does not exist on 29 March; 02:05 BST is 01:05Z, before it
    expect(plusBusinessHours('2026-03-29T00:00:00.000Z', 1, night, LONDON)).toBe('2026-03-30T09:00:00.000Z');
  });
  it('leave out a lunch break', () => {
    const split = [
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '17:00' },
    ];
    const lunch = { open: { mon: split }, holidays: [] };
    expect(plusBusinessHours('2026-03-02T11:00:00.000Z', 2, lunch, 'UTC')).toBe('2026-03-02T14:00:00.000Z');
    expect(plusBusinessDays('2026-03-02T12:30:00.000Z', 0, lunch, 'UTC')).toBe('2026-03-02T17:00:00.000Z');
  });
});

describe('business days', () => {
  const plus = (at: string, days: number, zone = 'UTC') => plusBusinessDays(at, days, calendar, zone);

  it('end at close of business', () => {
    expect(plus('2026-03-02T12:00:00.000Z', 5)).toBe('2026-03-09T17:00:00.000Z');
  });
  it('count what comes after close or on a Saturday from the next business day', () => {
    expect(plus('2026-03-06T17:00:00.000Z', 1)).toBe('2026-03-10T17:00:00.000Z');
    expect(plus('2026-03-07T11:00:00.000Z', 1)).toBe('2026-03-10T17:00:00.000Z');
    expect(plus('2026-03-09T03:00:00.000Z', 1)).toBe('2026-03-10T17:00:00.000Z');
  });
  it('leave out holidays, and end by the wall clock of summer time', () => {
    expect(plus('2026-04-02T09:00:00.000Z', 5, LONDON)).toBe('2026-04-13T16:00:00.000Z');
    expect(plus('2026-03-06T15:00:00.000Z', 5, NEW_YORK)).toBe('2026-03-13T21:00:00.000Z');
  });
});

describe('open time', () => {
  const instants = fc.integer({ min: msOf('2025-01-01T00:00Z'), max: msOf('2027-01-01T00:00Z') }).map(instantOf);
  const zones = fc.constantFrom(LONDON, NEW_YORK, 'UTC', 'Australia/Lord_Howe');

  it('between an instant and the one so many hours later is so many hours', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 400_000_000 }), zones, (at, ms, zone) => {
        const later = plusBusinessMs(at, ms, calendar, zone);
        expect(businessMsBetween(at, later, calendar, zone)).toBe(ms);
      }),
    );
  });
  it('makes due times that never fall as complaints come later', () => {
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 9 }),
        zones,
        (at, h, d, zone) => {
          const later = plusHours(at, h);
          expect(plusBusinessDays(at, d, calendar, zone) <= plusBusinessDays(later, d, calendar, zone)).toBe(true);
          expect(plusBusinessHours(at, d, calendar, zone) <= plusBusinessHours(later, d, calendar, zone)).toBe(true);
        },
      ),
    );
  });
});

describe('a published calendar', () => {
  it.each([
    ['is open on no day', { open: {}, holidays: [] }],
    ['names a day that is none', { open: { ...weekdays, monday: office }, holidays: [] }],
    ['closes before it opens', { open: { mon: [{ from: '17:00', to: '09:00' }] }, holidays: [] }],
    ['says a time that is none', { open: { mon: [{ from: '9am', to: '17:00' }] }, holidays: [] }],
    ['has hours that overlap', { open: { mon: [office[0], { from: '16:00', to: '18:00' }] }, holidays: [] }],
  ])('is refused where it %s', (_, raw) => {
    expect(() => calendarFrom(raw)).toThrow(DefinitionError);
  });
  it('is read as it stands', () => {
    expect(calendarFrom({ ...calendar })).toEqual(calendar);
  });
});
