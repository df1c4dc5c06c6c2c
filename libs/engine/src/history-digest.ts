import { createHash } from 'node:crypto';
import { canonicalJson } from '#kernel/canonical.js';
import type { Recorded } from '#kernel/fact.js';

/**
 * What is the same of a fact in every store: its RFC 8785 form without its position there. Id, type, version, stream, revision,
 * both times, body as it is stored (personal fields sealed) and metadata.
 */
export function envelopeOf({ position: _, ...logical }: Recorded): string {
  return canonicalJson(logical);
}

/** SHA-256 over the envelopes of facts in their order, a newline behind each: equal histories, equal digests, in any stores. */
export class HistoryDigest {
  private readonly hash = createHash('sha256');
  /** How many facts are in it. */
  facts = 0;

  add(envelope: string): void {
    this.hash.update(envelope).update('\n');
    this.facts += 1;
  }

  /** In hex; more facts can be added behind. */
  get hex(): string {
    return this.hash.copy().digest('hex');
  }
}
