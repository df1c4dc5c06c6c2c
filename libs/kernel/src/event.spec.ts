import { DefinitionError, UnreadableBody } from './errors.js';
import { defineEvent } from './event.js';
import { int, text } from './parse.js';

const parse = (raw: Readonly<Record<string, unknown>>) => ({ points: int(raw['points']), reason: text(raw['reason']) });
const upcast = {
  1: (v1: object) => ({ ...v1, reason: 'purchase' }),
  2: ({ amount, ...v2 }: Readonly<Record<string, unknown>>) => ({ ...v2, points: amount }),
};
const Earned = defineEvent({ type: 'Earned', version: 3, upcast, parse });

describe('an event', () => {
  it('makes proposals of its present version', () => {
    expect(Earned({ points: 1, reason: 'x' })).toEqual({
      type: 'Earned',
      version: 3,
      data: { points: 1, reason: 'x' },
    });
    expect(Earned({ points: 1, reason: 'x' }, '2026-03-02T12:00:00.000Z').occurredAt).toBe('2026-03-02T12:00:00.000Z');
  });
  it('reads old bodies one step at a time', () => {
    expect(Earned.read(1, { amount: 5 })).toEqual({ points: 5, reason: 'purchase' });
    expect(Earned.read(2, { amount: 5, reason: 'gift' })).toEqual({ points: 5, reason: 'gift' });
    expect(Earned.read(3, { points: 5, reason: 'gift' })).toEqual({ points: 5, reason: 'gift' });
  });
  it('refuses a version it does not know and a body that does not hold', () => {
    for (const version of [0, 4, NaN]) expect(() => Earned.read(version, {})).toThrow(UnreadableBody);
    expect(() => Earned.read(3, { points: 1.5, reason: 'x' })).toThrow('Earned: expected a whole number, found 1.5');
  });
  it('is not defined with a missing step, nor with one that leads nowhere', () => {
    expect(() => defineEvent({ type: 'E', version: 3, upcast: { 2: upcast[2] }, parse })).toThrow(DefinitionError);
    expect(() => defineEvent({ type: 'E', version: 2, upcast, parse })).toThrow(DefinitionError);
  });
});
