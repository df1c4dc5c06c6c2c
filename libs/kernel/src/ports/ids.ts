/** Where new names come from. */
export abstract class Ids {
  /** A new unique id. */
  abstract next(): string;
  /** The id that a name always has (UUID version 5, RFC 9562). */
  abstract derived(name: string): string;
}
