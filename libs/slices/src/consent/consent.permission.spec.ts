import { EARLIEST } from '#kernel/time.js';
import { isQuiet, mayContact, noConsents, restoredConsents, withStatement } from './consent.permission.policy.js';
import { consentPolicy, type ConsentPolicy } from './consent.policy.js';

const fact = (type: string, id: string, occurredAt: string, data: object) =>
  ({ type, id, occurredAt, data, customerId: 'c-1', revision: 0, metadata: { commandId: id } }) as never;
const email = { channel: 'email', purpose: 'marketing' } as const;
const noon = (day: string) => `${day}T12:00:00.000Z`;
const consents = [
  fact('ConsentGranted', 'g-1', noon('2026-01-10'), email),
  fact('ConsentWithdrawn', 'w-1', noon('2026-02-10'), email),
  fact('ConsentGranted', 'g-2', noon('2026-03-10'), email),
].reduce(withStatement, noConsents);
const rules = (changed: Partial<ConsentPolicy> = {}) => ({
  ...{ ...consentPolicy.defaults, ...changed },
  ...{ version: 3, effectiveFrom: EARLIEST },
});
const asked = (at: string, changed?: Partial<ConsentPolicy>, said = consents, more = {}) =>
  mayContact(said, { ...email, at, ...more }, rules(changed), 'UTC');

describe('whether a customer may be contacted', () => {
  it.each([
    ['2026-01-09', false, 'no consent', []],
    ['2026-01-11', true, 'granted', ['g-1']],
    ['2026-02-11', false, 'withdrawn', ['w-1']],
    ['2026-03-11', true, 'granted', ['g-2']],
  ])('is answered for %s as things stood then: %s, %s', (day, allowed, rule, facts) => {
    const why = { facts, policy: { name: 'consent', version: 3 } };
    expect(asked(noon(day))).toEqual({ allowed, rule, why });
  });
  it('holds from the very instant of the statement', () => {
    expect(asked('2026-02-10T11:59:59.999Z').rule).toBe('granted');
    expect(asked(noon('2026-02-10')).rule).toBe('withdrawn');
  });
  it('is told apart by channel and purpose', () => {
    expect(asked(noon('2026-03-11'), {}, consents, { channel: 'phone' }).rule).toBe('no consent');
    expect(asked(noon('2026-03-11'), {}, consents, { purpose: 'sales' }).rule).toBe('no consent');
  });
  it('needs no consent for exempt purposes', () =>
    expect(asked(noon('2026-02-11'), { exempt: ['marketing'] })).toMatchObject({ allowed: true, rule: 'exempt' }));
  it('is yes by default where the policy says so, until withdrawn', () => {
    const unlessWithdrawn = { marketing: ['email' as const] };
    expect(asked(noon('2026-01-09'), { unlessWithdrawn })).toMatchObject({ allowed: true, rule: 'by default' });
    expect(asked(noon('2026-02-11'), { unlessWithdrawn }).rule).toBe('withdrawn');
  });
  it("takes the policy's quiet hours in the company's zone, then the customer's own", () => {
    const quietHours = { from: '11:00', to: '13:00' };
    expect(asked(noon('2026-03-11'), { quietHours })).toMatchObject({ allowed: false, rule: 'quiet hours' });
    const own = fact('QuietHoursStated', 'q-1', noon('2026-03-01'), { from: '22:00', to: '06:00', zone: 'UTC' });
    const said = withStatement(consents, own);
    expect(asked(noon('2026-03-11'), { quietHours }, said).rule).toBe('granted');
    const night = asked('2026-03-11T23:00:00.000Z', { quietHours }, said);
    expect(night).toMatchObject({ allowed: false, rule: 'quiet hours', why: { facts: ['q-1'] } });
  });
  it('is the same after a snapshot', () => {
    const restored = restoredConsents(JSON.parse(JSON.stringify(consents)));
    expect(asked(noon('2026-02-11'), {}, restored)).toEqual(asked(noon('2026-02-11')));
  });
});

describe('quiet hours', () => {
  const night = { from: '21:30', to: '08:00' };

  it.each([
    ['2026-01-10T21:29:59.999Z', false],
    ['2026-01-10T21:30:00.000Z', true],
    ['2026-01-11T00:00:00.000Z', true],
    ['2026-01-11T07:59:00.000Z', true],
    ['2026-01-11T08:00:00.000Z', false],
  ])('across midnight: %s in London in winter is quiet: %s', (at, quiet) =>
    expect(isQuiet(at, night, 'Europe/London')).toBe(quiet),
  );
  it.each([
    ['Europe/London, the clocks go forward on 29 March 2026', '2026-03-29T07:15:00.000Z', 'Europe/London', false],
    ['Europe/London, the day before', '2026-03-28T07:15:00.000Z', 'Europe/London', true],
    ['Europe/London, the clocks go back on 25 October 2026', '2026-10-25T07:15:00.000Z', 'Europe/London', true],
    ['Europe/London, the day before that', '2026-10-24T07:15:00.000Z', 'Europe/London', false],
    ['America/New_York, the clocks go forward on 8 March 2026', '2026-03-08T12:15:00.000Z', 'America/New_York', false],
    ['America/New_York, the day before', '2026-03-07T12:15:00.000Z', 'America/New_York', true],
    ['America/New_York, the clocks go back on 1 November 2026', '2026-11-01T12:15:00.000Z', 'America/New_York', true],
    ['America/New_York, the day before that', '2026-10-31T12:15:00.000Z', 'America/New_York', false],
  ])('follow the wall clock: %s', (_, at, zone, quiet) => expect(isQuiet(at, night, zone)).toBe(quiet));
  it('hold both times in the hour the clocks repeat, and skip with the hour they skip', () => {
    const hour = { from: '01:00', to: '02:00' };
    expect(isQuiet('2026-10-25T00:30:00.000Z', hour, 'Europe/London')).toBe(true);
    expect(isQuiet('2026-10-25T01:30:00.000Z', hour, 'Europe/London')).toBe(true);
    expect(isQuiet('2026-03-29T00:59:00.000Z', hour, 'Europe/London')).toBe(false);
    expect(isQuiet('2026-03-29T01:00:00.000Z', hour, 'Europe/London')).toBe(false);
  });
  it('within a day, and never where both times are the same', () => {
    expect(isQuiet(noon('2026-01-10'), { from: '12:00', to: '13:00' }, 'UTC')).toBe(true);
    expect(isQuiet(noon('2026-01-10'), { from: '12:00', to: '12:00' }, 'UTC')).toBe(false);
  });
});

describe('the policy', () => {
  it.each([
    ['exempt: astrology is none of the purposes', { exempt: ['astrology'] }],
    ['unlessWithdrawn: astrology is none of the purposes', { unlessWithdrawn: { astrology: ['email'] } }],
    ['quietHours: must be HH:mm', { quietHours: { from: '9:00', to: '24:00' } }],
    ['purposes: Not A Name is no name of a-z and _', { purposes: ['Not A Name'] }],
  ])('is refused: %s', (message, changed) => {
    const raw = { ...consentPolicy.defaults, ...changed };
    expect(() => consentPolicy.parse(raw)).toThrow(message);
  });
  it('reads its own defaults', () => {
    expect(consentPolicy.parse({ ...consentPolicy.defaults })).toEqual(consentPolicy.defaults);
  });
});
