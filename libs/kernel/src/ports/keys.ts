import { StoreRefused } from './event-store.js';

/** What a keyed digest is for; the same text has another digest for another purpose. */
export type Purpose = 'identity' | 'body';

export interface CustomerKey {
  /** Names the key in what was sealed with it, so that keys can be rotated. */
  readonly id: string;
  /** 32 bytes for AES-256-GCM. */
  readonly bytes: Uint8Array;
}

/** A history and the keys that it is written under. */
export interface KeptHistory {
  /** See `EventStore`. */
  readonly storeId: string;
  /** It holds facts. */
  readonly isBegun: boolean;
  /** More will be appended. */
  readonly isWritten: boolean;
}

/** @throws {StoreRefused} where all histories that these keys are known to serve are others */
export function throwIfForeign(place: string, served: readonly string[], { storeId, isBegun }: KeptHistory): void {
  if (!isBegun || served.length === 0 || served.includes(storeId)) return;
  throw new StoreRefused(
    `${place} are not of history ${storeId}, but of ${served.join(', ')}: under them no personal field of it opens, and what was done ` +
      'or claimed is not known again. Bring its own keys back, or name their folder with --keys or PATRON_KEYS.',
  );
}

/** The deployment's secrets. They live outside the data, so that a copy of the data opens nothing. */
export abstract class Keys {
  /** HMAC-SHA-256 of a text under the deployment's key for a purpose, base64url. */
  abstract digest(purpose: Purpose, text: string): string;
  /** The key with which new fields of a customer are sealed; made, and durable, when there is none. */
  abstract keyFor(customerId: string): Promise<CustomerKey>;
  /** A key by its id; undefined when it was destroyed or never was. */
  abstract keyOf(customerId: string, keyId: string): Promise<CustomerKey | undefined>;
  /**
   * Notes a history that they serve from now on. One that begins may be added to others; one that has begun under other keys would be
   * gone on with under these, retries refused and identities claimed twice.
   *
   * @throws {StoreRefused} for one that has begun under other keys
   */
  abstract belongTo(history: KeptHistory): Promise<void>;
  abstract close(): Promise<void>;
}
