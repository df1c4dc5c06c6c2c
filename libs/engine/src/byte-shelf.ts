import type { Line, Lines, Shelf } from '#kernel/shelf.js';

const BREAK = 0x0a;

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

class ByteLines extends ByteLine implements Lines {
  constructor(
    private readonly shelf: ByteShelf,
    private readonly place: number,
    readonly count: number,
    ...lie: readonly [bytes: Buffer, from: number, to: number]
  ) {
    super(...lie);
  }

  line(at: number): Line {
    return this.shelf.at(this.place + at);
  }
}

/** A shelf as bytes: lines that are only handed on to the next snapshot are copied from bytes to bytes, those that lie together at once. */
export class ByteShelf implements Shelf {
  /** What was put here, the JSON first. */
  private readonly pieces: (string | ByteLine)[] = [''];
  private places = 1;

  /** @param starts  where the lines of `bytes` begin, and where another one would */
  private constructor(
    private readonly bytes: Buffer,
    private readonly starts: readonly number[],
  ) {}

  static empty(): ByteShelf {
    return new ByteShelf(Buffer.alloc(0), []);
  }

  /** Reads what `beside` gave, and keeps it as long as any of its lines. */
  static from(bytes: Buffer): readonly [json: string, shelf: ByteShelf] {
    const starts = [0];
    for (let end = bytes.indexOf(BREAK); end >= 0; end = bytes.indexOf(BREAK, end + 1)) starts.push(end + 1);
    starts.push(bytes.length + 1);
    const shelf = new ByteShelf(bytes, starts);
    return [String(shelf.at(0)), shelf];
  }

  put(line: string | Line): number {
    this.pieces.push(line instanceof ByteLine ? line : String(line));
    return this.places++;
  }

  putAll(lines: Lines): number {
    const place = this.places;
    if (!(lines instanceof ByteLines)) throw new TypeError('Lines of another shelf than one of bytes.');
    this.pieces.push(lines);
    this.places += lines.count;
    return place;
  }

  at(place: number): Line {
    return new ByteLine(this.bytes, ...this.between(place, place));
  }

  all(place: number, count: number): Lines {
    return new ByteLines(this, place, count, this.bytes, ...this.between(place, place + count - 1));
  }

  /** The JSON and all that lies here, in bytes of their own: a part of a larger piece would live as long as any other part of it. */
  beside(json: string): Buffer {
    this.pieces[0] = json;
    const lengths = this.pieces.map((piece) => (typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length));
    const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length + 1, -1));
    let at = 0;
    for (const piece of this.pieces) {
      at += typeof piece === 'string' ? bytes.write(piece, at) : piece.copyTo(bytes, at);
      if (at < bytes.length) bytes[at] = BREAK;
      at += 1;
    }
    return bytes;
  }

  private between(first: number, last: number): readonly [from: number, to: number] {
    const [from, next] = [this.starts[first], this.starts[last + 1]];
    if (from === undefined || next === undefined) throw new Error(`A snapshot lacks its line ${last}.`);
    return [from, next - 1];
  }
}
