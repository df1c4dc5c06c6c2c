import type { Line, Shelf } from '#kernel/shelf.js';

/** Lies among the bytes of a snapshot, which stay as long as it does. */
class ByteLine implements Line {
  constructor(
    private readonly bytes: Buffer,
    private readonly from: number,
    private readonly to: number,
  ) {}

  get length(): number {
    return this.to - this.from;
  }

  toString(): string {
    return this.bytes.toString('utf8', this.from, this.to);
  }

  copyTo(target: Buffer, at: number): number {
    return this.bytes.copy(target, at, this.from, this.to);
  }
}

const BREAK = 0x0a;

/** A shelf as bytes: lines that are only handed on to the next snapshot are copied from bytes to bytes. */
export class ByteShelf implements Shelf {
  /** @param lines  the JSON first */
  private constructor(private readonly lines: (string | ByteLine)[]) {}

  static empty(): ByteShelf {
    return new ByteShelf(['']);
  }

  /** Reads what `beside` gave, and keeps it as long as any of its lines. */
  static from(bytes: Buffer): readonly [json: string, shelf: ByteShelf] {
    const lines: ByteLine[] = [];
    for (let from = 0, to = 0; to < bytes.length; from = to + 1) {
      const end = bytes.indexOf(BREAK, from);
      to = end < 0 ? bytes.length : end;
      lines.push(new ByteLine(bytes, from, to));
    }
    return [String(lines[0] ?? ''), new ByteShelf(lines)];
  }

  put(line: string | Line): number {
    return this.lines.push(line instanceof ByteLine ? line : String(line)) - 1;
  }

  at(place: number): string | Line {
    const line = this.lines[place];
    if (line === undefined) throw new Error(`A snapshot lacks its line ${place}.`);
    return line;
  }

  /** The JSON and all that lies here, in bytes of their own: a part of a larger piece would live as long as any other part of it. */
  beside(json: string): Buffer {
    this.lines[0] = json;
    const lengths = this.lines.map((line) => (typeof line === 'string' ? Buffer.byteLength(line) : line.length));
    const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length + 1, -1));
    let at = 0;
    for (const line of this.lines) {
      at += typeof line === 'string' ? bytes.write(line, at) : line.copyTo(bytes, at);
      if (at < bytes.length) bytes[at] = BREAK;
      at += 1;
    }
    return bytes;
  }
}
