import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check, Outcome } from './check.js';
import { diskFull } from './disk-full.js';
import { firstStart } from './first-start.js';
import { claim, transfer } from './halves.js';
import { rebuild, schemaChange } from './refolding.js';
import { syncedBeforeAnswer } from './synced.js';

export const checks: readonly Check[] = [
  ...[claim, transfer, rebuild, schemaChange, firstStart],
  ...[syncedBeforeAnswer, diskFull],
];

export type Checked = Outcome & Pick<Check, 'name'>;

/** In a folder of its own, which stays where something was found. */
export async function checked({ name, run }: Check): Promise<Checked> {
  const folder = mkdtempSync(join(tmpdir(), 'patron-crash-'));
  const outcome = await run(folder);
  if (outcome.faults.length === 0) rmSync(folder, { recursive: true, force: true });
  return { name, ...outcome };
}
