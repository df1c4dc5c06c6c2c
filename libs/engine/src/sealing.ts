import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalJson } from '#kernel/canonical.js';
import { UnreadableBody } from '#kernel/errors.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import type { CustomerKey, Keys } from '#kernel/ports/keys.js';

const PREFIX = 'sealed:1:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where a sealed field stands; it opens nowhere else. */
export interface Place {
  readonly customerId: string;
  readonly stream: string;
  readonly eventId: string;
  readonly field: string;
}

/**
 * Seals a JSON value: `sealed:1:<key id>:<nonce>:<ciphertext and tag>`, base64url, AES-256-GCM over the RFC 8785 form,
 * with the RFC 8785 form of [stream, event id, field] as associated data.
 *
 * @source NIST SP 800-38D; docs/adr/0006-sealed-fields.md
 */
export function sealWith(key: CustomerKey, place: Place, value: unknown, nonce = randomBytes(NONCE_BYTES)): string {
  const sealed = Buffer.concat(enciphered(key, place, Buffer.from(canonicalJson(value)), nonce));
  return `${PREFIX}${key.id}:${nonce.toString('base64url')}:${sealed.toString('base64url')}`;
}

/** Seals bytes the same way: nonce, ciphertext and tag. */
export function sealBytes(key: CustomerKey, place: Place, bytes: Buffer, nonce = randomBytes(NONCE_BYTES)): Buffer {
  return Buffer.concat([nonce, ...enciphered(key, place, bytes, nonce)]);
}

/** Ciphertext, nothing behind it, and the tag. */
function enciphered(key: CustomerKey, place: Place, bytes: Buffer, nonce: Buffer): readonly Buffer[] {
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(associated(place));
  return [cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
}

export const isSealed = (value: unknown): value is string => typeof value === 'string' && value.startsWith(PREFIX);

/** Opens what `sealWith` made. @throws {UnreadableBody} when it was changed, moved or sealed with another key */
export function openWith(key: CustomerKey, place: Place, sealed: string): unknown {
  const [, nonce = '', body = ''] = sealed.slice(PREFIX.length).split(':');
  const json = deciphered(key, place, Buffer.from(nonce, 'base64url'), Buffer.from(body, 'base64url'));
  try {
    return JSON.parse(json.toString()) as unknown;
  } catch (error) {
    throw doesNotOpen(place, error);
  }
}

/** Opens what `sealBytes` made. @throws {UnreadableBody} as above */
export function openBytes(key: CustomerKey, place: Place, sealed: Uint8Array): Buffer {
  const { buffer, byteOffset, byteLength } = sealed;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return deciphered(key, place, bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES));
}

function deciphered(key: CustomerKey, place: Place, nonce: Buffer, body: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce)
      .setAAD(associated(place))
      .setAuthTag(body.subarray(-TAG_BYTES));
    const bytes = decipher.update(body.subarray(0, -TAG_BYTES));
    decipher.final(); // adds nothing in this mode, and throws where the tag is another
    return bytes;
  } catch (error) {
    throw doesNotOpen(place, error);
  }
}

const doesNotOpen = ({ field }: Place, cause: unknown): UnreadableBody =>
  new UnreadableBody(`the sealed field ${field} does not open.`, { cause });

const associated = ({ stream, eventId, field }: Place): Buffer => Buffer.from(canonicalJson([stream, eventId, field]));

/** Seals and opens the personal fields of facts with their customer's keys. */
export class Sealer {
  constructor(private readonly keys: Keys) {}

  async seal(place: Omit<Place, 'field'>, personal: readonly string[], data: object): Promise<Record<string, unknown>> {
    const sealed: Record<string, unknown> = { ...data };
    const key = await this.keys.keyFor(place.customerId);
    for (const field of personal) {
      const value = sealed[field];
      if (value !== undefined && value !== null) sealed[field] = sealWith(key, { ...place, field }, value);
    }
    return sealed;
  }

  /** Opens the fields that `may` names; the others, and those whose key was destroyed, become null. */
  async open(
    place: Omit<Place, 'field'>,
    personal: readonly string[],
    data: Readonly<Record<string, unknown>>,
    may: (field: string) => boolean,
  ): Promise<Record<string, unknown>> {
    const opened: Record<string, unknown> = { ...data };
    for (const field of personal) {
      const value = opened[field];
      if (!isSealed(value)) continue;
      const keyId = value.slice(PREFIX.length).split(':', 1)[0] ?? '';
      const key = may(field) ? await this.keyOf({ ...place, field }, keyId) : undefined;
      opened[field] = key === undefined ? null : openWith(key, { ...place, field }, value);
    }
    return opened;
  }
  /** @throws {UnreadableBody} when the key itself is there but does not open; {StoreUnavailable} */
  private async keyOf({ customerId, field }: Place, keyId: string): Promise<CustomerKey | undefined> {
    try {
      return await this.keys.keyOf(customerId, keyId);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      throw new UnreadableBody(`the key of the sealed field ${field} does not open.`, { cause: error });
    }
  }
}
