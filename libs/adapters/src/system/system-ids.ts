import { hash, randomUUID } from 'node:crypto';
import { Ids } from '#kernel/ports/ids.js';

/** Patron's own namespace. Never change it: ids derived earlier must come out the same for ever. */
export const PATRON_NAMESPACE = '6f2d0f5e-8c0b-4a51-9d3e-5b7a1c94e260';

const NAMESPACE_BYTES = 16;

/** Random ids, and ids derived from names (UUID version 5, RFC 9562 section 5.5). */
export class SystemIds extends Ids {
  /** Namespace, then the name; kept, because a fact's id is derived on the hot path. */
  private scratch: Buffer;

  constructor(namespace = PATRON_NAMESPACE) {
    super();
    this.scratch = Buffer.alloc(512);
    this.scratch.write(namespace.replaceAll('-', ''), 'hex');
  }

  override next(): string {
    return randomUUID();
  }

  override derived(name: string): string {
    const hex = hash('sha1', this.namespaced(name), 'hex');
    const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  private namespaced(name: string): Buffer {
    const needed = NAMESPACE_BYTES + name.length * 3; // UTF-8 takes at most 3 bytes a UTF-16 unit
    if (needed > this.scratch.length) {
      const longer = Buffer.alloc(needed);
      this.scratch.copy(longer, 0, 0, NAMESPACE_BYTES);
      this.scratch = longer;
    }
    return this.scratch.subarray(0, NAMESPACE_BYTES + this.scratch.write(name, NAMESPACE_BYTES, 'utf8'));
  }
}
