import { UnreadableBody } from '#kernel/errors.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { openWith, Sealer, sealWith } from './sealing.js';

const key = { id: 'k1', bytes: Uint8Array.from({ length: 32 }, (_, index) => index) };
const nonce = Buffer.from(Uint8Array.from({ length: 12 }, (_, index) => 0xf0 + index));
const place = { customerId: 'c-1', stream: 'customer-c-1', eventId: 'e-1', field: 'name' };

describe('a sealed field', () => {
  // the same text comes from Python's cryptography 'AESGCM' over the RFC 8785 forms
  it('has this text for ever', () => {
    expect(sealWith(key, place, { first: 'Ann', last: 'Ó Briain' }, nonce)).toBe(
      'sealed:1:k1:8PHy8_T19vf4-fr7:EiQlaQ5Jplal1bb04GhOlHyAKrYaPW1bxXZx0jBSu2k-bSJytDisCtsvRSKWLNtw50U',
    );
  });
  it('opens where it was sealed', () => {
    expect(openWith(key, place, sealWith(key, place, ['a', 1]))).toEqual(['a', 1]);
  });
  it('is another text every time', () => {
    expect(sealWith(key, place, 'a')).not.toBe(sealWith(key, place, 'a'));
  });
  it('opens nowhere else, not with another key, and not when it was changed', () => {
    const sealed = sealWith(key, place, 'Ann', nonce);
    for (const moved of [{ stream: 'customer-c-2' }, { eventId: 'e-2' }, { field: 'email' }]) {
      expect(() => openWith(key, { ...place, ...moved }, sealed)).toThrow(UnreadableBody);
    }
    expect(() => openWith({ id: 'k1', bytes: new Uint8Array(32) }, place, sealed)).toThrow(UnreadableBody);
    const changed = sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2);
    expect(() => openWith(key, place, changed)).toThrow(UnreadableBody);
  });
  it('is unreadable where its key is there and does not open, but not where keys cannot be had now', async () => {
    const { customerId, stream, eventId, field } = place;
    const opening = (error: Error) => {
      const keys = new MemoryKeys();
      keys.keyOf = () => Promise.reject(error);
      const data = { [field]: sealWith(key, place, 'Ann') };
      return new Sealer(keys).open({ customerId, stream, eventId }, [field], data, () => true);
    };
    await expect(opening(new Error('Unsupported state'))).rejects.toBeInstanceOf(UnreadableBody);
    await expect(opening(new StoreUnavailable('closed'))).rejects.toBeInstanceOf(StoreUnavailable);
  });
});
