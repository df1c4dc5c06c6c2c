import type { Readable } from 'node:stream';
import type { Access, Wanted, WhereGiven } from '../access/access.js';
import type { Terminal } from './terminal.js';

/** What a command is given of the outside. */
export interface World {
  /** Writes one line to standard output. */
  out(line: string): void;
  /** Writes one line to standard error, where messages go. */
  err(line: string): void;
  /** Writes text as it is to standard error. */
  readonly errText: (text: string) => void;
  /** Writes text as it is to standard output; waits while its reader is slow. */
  write(text: string): Promise<void>;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** Aborts when the user wants it to end. */
  readonly signal: AbortSignal;
  /** Opens the data folder or finds the server; closed when the command ends. */
  patron(where: WhereGiven, wanted: Wanted): Promise<Access>;
}
