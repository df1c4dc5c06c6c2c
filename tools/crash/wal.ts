import { existsSync, readFileSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const BIG_ENDIAN = 0x37_7f_06_83;
const LITTLE_ENDIAN = 0x37_7f_06_82;

type Sum = readonly [number, number];

/**
 * Whole frames of a write-ahead log behind its last commit: what a transaction wrote that never ended. Frames that an
 * earlier use of the file left there do not continue the checksum and are not counted.
 *
 * @source sqlite.org/fileformat2.html#walformat
 */
export function openFrames(path: string): number {
  if (!existsSync(path)) return 0;
  const wal = readFileSync(path);
  const magic = wal.length < HEADER_BYTES ? 0 : wal.readUInt32BE(0);
  if (magic !== BIG_ENDIAN && magic !== LITTLE_ENDIAN) return 0;
  const pageBytes = wal.readUInt32BE(8);
  const add = (sum: Sum, from: number, to: number): Sum => checksum(wal, sum, from, to, magic === BIG_ENDIAN);
  let sum: Sum = [wal.readUInt32BE(24), wal.readUInt32BE(28)];
  let open = 0;
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES + pageBytes <= wal.length;) {
    const page = at + FRAME_HEADER_BYTES;
    if (wal.readUInt32BE(at + 8) !== wal.readUInt32BE(16) || wal.readUInt32BE(at + 12) !== wal.readUInt32BE(20)) break;
    sum = add(add(sum, at, at + 8), page, page + pageBytes);
    if (sum[0] !== wal.readUInt32BE(at + 16) || sum[1] !== wal.readUInt32BE(at + 20)) break;
    const isCommit = wal.readUInt32BE(at + 4) !== 0;
    open = isCommit ? 0 : open + 1;
    at = page + pageBytes;
  }
  return open;
}

function checksum(wal: Buffer, [first, second]: Sum, from: number, to: number, bigEndian: boolean): Sum {
  let [one, two] = [first, second];
  for (let at = from; at < to; at += 8) {
    one = (one + two + (bigEndian ? wal.readUInt32BE(at) : wal.readUInt32LE(at))) >>> 0;
    two = (two + one + (bigEndian ? wal.readUInt32BE(at + 4) : wal.readUInt32LE(at + 4))) >>> 0;
  }
  return [one, two];
}
