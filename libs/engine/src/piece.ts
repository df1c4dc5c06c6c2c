import type { LyingRun, NewRun } from '#kernel/shelf.js';
import { deflated, inflated } from './deflated.js';

/** Of one run: where its lines and its filter lie. */
type FrontRow = readonly [
  ...run: readonly [size: number, first: string, last: string],
  ...lies: readonly [lines: number, length: number, filter: number, filterLength: number],
];

/** Bytes before the front: how many entries there are, and how long the front is. */
const HEAD = 8;
const NOTHING = Buffer.alloc(0);
const INFLATED = 1.5;
const BREAK = 0x0a;

/**
 * Runs of a customer's maps that were sealed together: a front that tells of each what is asked first, their filters, and behind them the
 * lines of all, deflated, which are inflated when one of them is wanted.
 */
export class Piece {
  private rows: readonly FrontRow[] | undefined;
  private lines: Buffer | undefined;

  /** @param bytes  what `Piece.of` made, or none where nothing of it is wanted any more */
  constructor(readonly bytes: Buffer) {}

  static of(runs: readonly NewRun[]): Piece {
    const texts = runs.map(({ lines }) => Buffer.from(lines.join('\n')));
    let [at, filterAt] = [0, 0];
    const front = runs.map(({ size, first, last, filter }, run): FrontRow => {
      const { length } = texts[run] as Buffer;
      const row: FrontRow = [size, first, last, at, length, filterAt, filter.length];
      [at, filterAt] = [at + length, filterAt + filter.length];
      return row;
    });
    const head = Buffer.alloc(HEAD);
    const json = Buffer.from(JSON.stringify(front));
    head.writeUInt32LE(runs.reduce((sum, { size }) => sum + size, 0));
    head.writeUInt32LE(json.length, 4);
    return new Piece(ownBytes([head, json, ...runs.map(({ filter }) => filter), deflated(Buffer.concat(texts))]));
  }

  /** Entries of all runs, those that are gone meanwhile among them. */
  get entries(): number {
    return this.bytes.length === 0 ? 0 : this.bytes.readUInt32LE();
  }

  /** Bytes in memory, with what was inflated, and what is read of that: some half of it. */
  get held(): number {
    const { bytes, lines } = this;
    return bytes.length + (lines === undefined || lines.buffer === bytes.buffer ? 0 : lines.length * INFLATED);
  }

  /** @throws where there is none: the snapshot is not whole */
  run(at: number): LyingRun {
    if (this.bytes.length > 0) this.rows ??= JSON.parse(this.bytes.toString('utf8', HEAD, this.frontEnd)) as FrontRow[];
    const row = this.rows?.[at];
    if (row === undefined) throw new Error(`A snapshot lacks its run ${at}.`);
    return new RunOfPiece(this, at, row);
  }

  filterOf([, , , , , at, length]: FrontRow): Uint8Array {
    return this.bytes.subarray(this.frontEnd + at, this.frontEnd + at + length);
  }

  linesOf([, , , at, length]: FrontRow): Buffer {
    this.lines ??= inflated(this.bytes.subarray(this.frontEnd + this.filtersLength));
    return this.lines.subarray(at, at + length);
  }

  private get frontEnd(): number {
    return HEAD + this.bytes.readUInt32LE(4);
  }

  private get filtersLength(): number {
    const [, , , , , at, length] = this.rows?.at(-1) as FrontRow;
    return at + length;
  }
}

export const NO_PIECE = new Piece(NOTHING);

export class RunOfPiece implements LyingRun {
  private text: Buffer | undefined;
  private starts: number[] = [];
  private bits: Uint8Array | undefined;

  constructor(
    readonly piece: Piece,
    /** Which one of the piece. */
    readonly number: number,
    private readonly row: FrontRow,
  ) {}

  get size(): number {
    return this.row[0];
  }

  get first(): string {
    return this.row[1];
  }

  get last(): string {
    return this.row[2];
  }

  get filter(): Uint8Array {
    return (this.bits ??= this.piece.filterOf(this.row));
  }

  line(at: number): string {
    if (this.text === undefined) {
      this.text = this.piece.linesOf(this.row);
      this.starts = startsOf(this.text);
    }
    const [from, next] = [this.starts[at], this.starts[at + 1]];
    if (from === undefined || next === undefined) throw new Error(`A run of a snapshot lacks its line ${at}.`);
    return this.text.toString('utf8', from, next - 1);
  }
}

/** Where the lines begin, and where another one would. */
function startsOf(text: Buffer): number[] {
  const starts = [0];
  for (let end = text.indexOf(BREAK); end >= 0; end = text.indexOf(BREAK, end + 1)) starts.push(end + 1);
  starts.push(text.length + 1);
  return starts;
}

/** In bytes of their own: a part of a larger piece would live as long as any other part of it. */
export function ownBytes(parts: readonly Uint8Array[]): Buffer {
  const own = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    own.set(part, at);
    at += part.length;
  }
  return own;
}
