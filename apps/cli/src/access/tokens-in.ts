import { loadConfig } from '#runtime/config.js';
import { Tokens } from '#runtime/tokens.js';
import { slices } from '#slices/index.js';

/** The tokens of a data folder; a running server sees a change of them at once. */
export function tokensIn(data: string | undefined, env: Readonly<Record<string, string | undefined>>): Tokens {
  return new Tokens(
    loadConfig({ flags: { data }, env }).data,
    slices.map(({ name }) => name),
  );
}
