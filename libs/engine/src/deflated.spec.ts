import { randomBytes } from 'node:crypto';
import { deflated, inflated } from './deflated.js';

const textOf = (length: number): Buffer => Buffer.from('{"a lot of":"the same"}'.repeat(length / 20).slice(0, length));

describe('deflated', () => {
  it.each([0, 1, 1_999, 2_000, 47_000, 250_000, 250_001])('gives %d bytes back as they were', (length) => {
    const bytes = textOf(length);
    expect(inflated(deflated(bytes))).toEqual(bytes);
  });

  it('takes a part of the room, in a piece of its own', () => {
    const small = deflated(textOf(47_000));
    expect(small.length).toBeLessThan(10_000);
    expect(small.buffer.byteLength).toBe(small.length);
  });

  it('leaves what is small or very large as it is', () => {
    for (const bytes of [textOf(1_999), textOf(250_001)]) expect(deflated(bytes)).toBe(bytes);
  });

  it('gives back what cannot be made smaller', () => {
    const bytes = Buffer.concat([Buffer.from('{'), randomBytes(20_000)]);
    expect(inflated(deflated(bytes))).toEqual(bytes);
  });
});
