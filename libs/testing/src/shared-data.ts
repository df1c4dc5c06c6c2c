import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

/** Runs specs on a file of ../shared/data; where that is absent they are reported as skipped, by name. */
export function withSharedData(name: string, specs: (path: string) => void): void {
  const path = folder + name;
  const run = existsSync(path) ? describe : describe.skip;
  run(`on shared/data/${name}`, () => specs(path));
}
