import { createHash } from 'node:crypto';
import { Ids } from '#kernel/ports/ids.js';

const NAMESPACE = Buffer.from('00000000000040008000000000000000', 'hex');

/** The same ids in every run: `00000000-0000-4000-8000-000000000001`, …2, …3. For tests. */
export class SequentialIds extends Ids {
  private last = 0;

  override next(): string {
    this.last += 1;
    return `00000000-0000-4000-8000-${this.last.toString(16).padStart(12, '0')}`;
  }

  override derived(name: string): string {
    const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}
