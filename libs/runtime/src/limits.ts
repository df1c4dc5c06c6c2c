/** What one request may ask for. */
export class Limits {
  constructor(
    /** Longest body, and longest line, in bytes. */
    readonly bodyLimit: number,
    /** How often a feed that follows says that it is alive. */
    readonly heartbeatMs: number,
  ) {}
}
