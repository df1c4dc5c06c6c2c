import type { Packed } from './customer.js';
import { ownBytes } from './piece.js';

/** A length before each part, the head first. */
const LENGTH = 4;

/** A customer in one piece of bytes, as a snapshot store takes it. */
export function bytesOf({ head, pieces }: Packed): Buffer {
  return ownBytes([head, ...pieces].flatMap((part) => [lengthOf(part), part]));
}

/** What `bytesOf` made, each part in bytes of its own. */
export function partsOf(bytes: Buffer): Pick<Packed, 'head' | 'pieces'> {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + LENGTH + bytes.readUInt32LE(at);
    parts.push(ownBytes([bytes.subarray(at + LENGTH, end)]));
    at = end;
  }
  const [head, ...pieces] = parts as [Buffer, ...Buffer[]];
  return { head, pieces };
}

function lengthOf({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt32LE(length);
  return bytes;
}
