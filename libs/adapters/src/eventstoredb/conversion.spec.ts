import type { RecordedEvent } from '@eventstore/db-client';
import { AppendTooLarge, StoreRefused } from '#kernel/ports/event-store.js';
import { proposed } from '#testing/proposed.js';
import { checkedPlace, isFact, MOST_BODY_BYTES, positionOf, recordedOf, wireEvents } from './conversion.js';

const sized = (bytes: number) => proposed('Noted', { data: { text: 'x'.repeat(bytes - '{"text":""}'.length) } });

describe('facts on their way to EventStoreDB', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  it.each([
    ['a BigInt in a body', { data: { n: 1n } }],
    ['no body', { data: undefined }],
    ['a body of null', { data: null }],
    ['a circle', { data: circle }],
    ['an id that is no UUID', { id: 'x' }],
    ['an id in capitals, which would come back in small letters', { id: 'A1B2C3D4-0000-4000-8000-000000000001' }],
    ['no type', { type: '' }],
    ['a type of the server', { type: '$metadata' }],
  ])('%s is refused: the driver would never answer, or the server not understand', (_, changes) => {
    expect(() => wireEvents([proposed('Noted', changes as never)])).toThrow(TypeError);
  });

  it('an id twice in one append is refused: the server would store it twice', () => {
    const fact = proposed();
    expect(() => wireEvents([fact, fact])).toThrow(/Two facts of one append/);
  });

  it('bodies of 1,048,576 bytes go, one byte more does not, and neither does a mountain of metadata', () => {
    const half = MOST_BODY_BYTES / 2;
    expect(wireEvents([sized(half), sized(half)])).toHaveLength(2);
    expect(() => wireEvents([sized(half), sized(half + 1)])).toThrow(AppendTooLarge);
    const metadata = { commandId: 'x'.repeat(2 * MOST_BODY_BYTES) };
    expect(() => wireEvents([proposed('Noted', { metadata })])).toThrow(AppendTooLarge);
  });

  it.each([
    ['', 0],
    ['note-1', -1],
    ['note-1', 0.5],
    ['note-1', NaN],
    ['note-1', null],
    ['note-1', undefined],
  ])('stream "%s" at revision %s is refused', (stream, expected) => {
    expect(() => checkedPlace(stream, expected as never)).toThrow(TypeError);
  });
});

describe('events as EventStoreDB gives them', () => {
  it('have ids of their own at each attempt, and give back that of the fact', () => {
    const fact = proposed();
    const [[first], [second]] = [wireEvents([fact]), wireEvents([fact])];
    expect(first?.id).not.toBe(second?.id);
    expect(first?.id).not.toBe(fact.id);
    const metadata: unknown = JSON.parse(Buffer.from(first?.metadata ?? []).toString());
    expect(recordedOf(event({ id: first?.id, metadata }), 'shop/')).toMatchObject({ id: fact.id });
    expect(recordedOf(event({ id: first?.id, metadata }), 'shop/').metadata).toEqual(fact.metadata);
  });

  const event = (changes: object = {}): RecordedEvent =>
    ({
      ...{ id: 'e-1', type: 'Noted', streamId: 'shop/note-1', revision: 4n, isJson: true, created: new Date(0) },
      ...{ data: { n: 1 }, position: { commit: 1234n, prepare: 1230n } },
      metadata: { commandId: 'c-1', $correlationId: 'k', version: 2, occurredAt: '2026-03-01T00:00:00.000Z' },
      ...changes,
    }) as unknown as RecordedEvent;

  it('are facts of one history, with what stood in their metadata', () => {
    expect(recordedOf(event(), 'shop/')).toEqual({
      ...{ id: 'e-1', type: 'Noted', version: 2, stream: 'note-1', revision: 4, position: 1234, data: { n: 1 } },
      ...{ occurredAt: '2026-03-01T00:00:00.000Z', recordedAt: '1970-01-01T00:00:00.000Z' },
      metadata: { commandId: 'c-1', $correlationId: 'k' },
    });
  });

  it.each([
    ['of another history', { streamId: 'shop-2/note-1' }],
    ['that is binary', { isJson: false, data: new Uint8Array(1) }],
    ['without metadata', { metadata: undefined }],
    ['with metadata of null', { metadata: null }],
    ['with metadata of another', { metadata: { $maxCount: 3 } }],
    ['whose metadata is binary', { metadata: new Uint8Array(3) }],
  ])('an event %s is none of ours', (_, changes) => {
    expect(isFact(event(changes), 'shop/')).toBe(false);
    expect(() => recordedOf(event(changes), 'shop/')).toThrow(StoreRefused);
  });

  it('a position beyond 2^53 is refused, not rounded', () => {
    expect(positionOf(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => positionOf(2n ** 53n)).toThrow(StoreRefused);
  });
});
