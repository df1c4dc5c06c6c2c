import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Below this many bytes setting the work up takes longer than the room is worth; beyond the other it would keep others waiting. */
const LEAST = 2_000;
const MOST = 250_000;
/** From so many bytes on they will stay for long: an eighth less room for twice the time. */
const LASTING = 15_000;
/** Begins what is deflated, as no text does; the length of what it was follows. */
const MARK = 0;
const HEAD = 5;

/**
 * Bytes of a text in a fourth or fifth of the room, where that is worth the work. Most of a state are ids that come again and again.
 */
export function deflated(bytes: Buffer): Buffer {
  if (bytes.length < LEAST || bytes.length > MOST) return bytes;
  const body = deflateRawSync(bytes, { level: bytes.length < LASTING ? 1 : 6 });
  const own = Buffer.allocUnsafeSlow(HEAD + body.length); // zlib gives a part of a larger piece
  own[0] = MARK;
  own.writeUInt32LE(bytes.length, 1);
  body.copy(own, HEAD);
  return own;
}

/** What `deflated` was given. */
export function inflated(bytes: Buffer): Buffer {
  if (bytes[0] !== MARK) return bytes;
  const length = bytes.readUInt32LE(1);
  return inflateRawSync(bytes.subarray(HEAD), { chunkSize: length, maxOutputLength: length });
}
