/** How long a client may take; milliseconds. */
export interface Patience {
  /** From the connection, or the answer before, to the end of the headers. */
  readonly headersMs: number;
  /** From the headers to the end of a body that is read as a whole. */
  readonly bodyMs: number;
  /** From one piece of a stream of commands to the next. */
  readonly pieceMs: number;
}

export const PATIENCE: Patience = { headersMs: 30_000, bodyMs: 30_000, pieceMs: 300_000 };
/** Longest headers, the request line included; bytes. */
export const MOST_HEADER_BYTES = 16_384;

/** What one request may ask for. */
export class Limits {
  constructor(
    /** Longest body, and longest line, in bytes. */
    readonly bodyLimit: number,
    /** How often a feed that follows says that it is alive. */
    readonly heartbeatMs: number,
    readonly patience: Patience = PATIENCE,
  ) {}
}
