/** What a keyed digest is for; the same text has another digest for another purpose. */
export type Purpose = 'identity' | 'body';

export interface CustomerKey {
  /** Names the key in what was sealed with it, so that keys can be rotated. */
  readonly id: string;
  /** 32 bytes for AES-256-GCM. */
  readonly bytes: Uint8Array;
}

/** The deployment's secrets. They live outside the data, so that a copy of the data opens nothing. */
export abstract class Keys {
  /** HMAC-SHA-256 of a text under the deployment's key for a purpose, base64url. */
  abstract digest(purpose: Purpose, text: string): string;
  /** The key with which new fields of a customer are sealed; made, and durable, when there is none. */
  abstract keyFor(customerId: string): Promise<CustomerKey>;
  /** A key by its id; undefined when it was destroyed or never was. */
  abstract keyOf(customerId: string, keyId: string): Promise<CustomerKey | undefined>;
  abstract close(): Promise<void>;
}
