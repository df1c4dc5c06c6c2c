import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Program } from '../crash/program.js';
import type { Measure } from './measure.js';
import { peakMbOf } from './peak.js';

const master = fileURLToPath(new URL('../../../../shared/data/cdnow/CDNOW_master.txt.gz', import.meta.url));
const mapping = fileURLToPath(new URL('../../../docs/mappings/cdnow-master.json', import.meta.url));
const LOOK_MS = 50;

interface Import {
  readonly secondsDurable: number;
  readonly secondsProjected: number;
  /** Most that was resident at once, in MB; undefined where the system does not say. */
  readonly peakMb: number | undefined;
}

/** Of CDNOW's master file by the command line, in a process of its own. @throws where it failed */
export async function imported(folder: string): Promise<Import> {
  const words = ['import', master, '--mapping', mapping, '--clock', '1998-07-01', '--json', '--rejects', '/dev/null'];
  const program = new Program(words, join(folder, 'data'));
  let peakMb: number | undefined;
  while (!program.hasEnded) {
    peakMb = peakMbOf(program.pid) ?? peakMb;
    await Promise.race([delay(LOOK_MS), program.ended]);
  }
  const { code, out, err } = await program.ended;
  if (code !== 0) throw new Error(`The import ended with ${code}: ${err}`);
  return { ...(JSON.parse(out) as Omit<Import, 'peakMb'>), peakMb };
}

const runs = new Map<number, Promise<Import>>();

/** The three measures look at the same imports. */
function importOf(folder: string, run: number): Promise<Import> {
  const known = runs.get(run) ?? imported(folder);
  runs.set(run, known);
  return known;
}

export const missing = (): string | undefined => (existsSync(master) ? undefined : `${master} is not there`);

export const importDurable: Measure = {
  ...{ name: 'import-durable', about: 'CDNOW master by the command line, until all facts are durable', unit: 's' },
  wanted: { value: 15, at: 'most' },
  missing,
  run: async (folder, run) => ({ value: (await importOf(folder, run)).secondsDurable }),
};

export const importProjected: Measure = {
  ...{ name: 'import-projected', about: 'the same, until all read models hold them', unit: 's' },
  wanted: { value: 30, at: 'most' },
  missing,
  run: async (folder, run) => ({ value: (await importOf(folder, run)).secondsProjected }),
};

export const memory: Measure = {
  ...{ name: 'memory', about: 'the most memory that import had resident', unit: 'MB' },
  wanted: { value: 500, at: 'most' },
  missing: () => missing() ?? (existsSync('/proc/self/status') ? undefined : 'this system has no /proc'),
  run: async (folder, run) => ({ value: (await importOf(folder, run)).peakMb ?? NaN }),
};
