import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';
import type { Purpose } from '#kernel/ports/keys.js';
import { syncFolder, writeNew } from './durable-files.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** The deployment's master key and what is derived from it, a key for each use (HKDF-SHA-256, RFC 5869). */
export class MasterKey {
  private readonly wrapping: Buffer;
  private readonly digests: Readonly<Record<Purpose, Buffer>>;

  constructor(private readonly bytes: Uint8Array) {
    this.wrapping = this.derived('wrap');
    this.digests = { identity: this.derived('digest:identity'), body: this.derived('digest:body') };
  }

  /** @throws {StoreRefused} where the file does not hold 32 bytes in hex */
  static read(path: string): MasterKey {
    const hex = readFileSync(path, 'utf8').trim();
    if (!/^[0-9a-f]{64}$/i.test(hex)) {
      throw new StoreRefused(`${path} does not hold 32 bytes in hex. Restore it from the backup of the keys.`);
    }
    return new MasterKey(Buffer.from(hex, 'hex'));
  }

  /** Reads it, or makes it durably where there is none. A crash leaves a whole key or none. */
  static readOrMake(path: string): MasterKey {
    if (existsSync(path)) return MasterKey.read(path);
    const made = `${path}.${randomBytes(4).toString('hex')}.new`;
    writeNew(made, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
    try {
      linkSync(made, path); // fails where another process was first: that key stays
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(made);
    }
    syncFolder(dirname(path));
    return MasterKey.read(path);
  }

  /** Tells one master key from another without saying anything of it. */
  get fingerprint(): string {
    return this.derived('fingerprint').toString('base64url');
  }

  digest(purpose: Purpose, text: string): string {
    return createHmac('sha256', this.digests[purpose]).update(text).digest('base64url');
  }

  /** Nonce, tag, ciphertext. `context` must be the same when it is opened. */
  wrap(key: Uint8Array, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.wrapping, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws where it was wrapped by another master, in another context, or was changed */
  unwrap(wrapped: Uint8Array, context: string): Buffer {
    const decipher = createDecipheriv(CIPHER, this.wrapping, wrapped.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  }

  private derived(use: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.bytes, 'patron', use, KEY_BYTES));
  }
}
