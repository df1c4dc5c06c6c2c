import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Registry } from '#engine/registry.js';
import { slices } from '#slices/index.js';
import { bareBuild } from './bare-build.js';
import type { Folded } from './fold-alone.js';
import { imported, missing } from './imports.js';
import type { Figure, Measure } from './measure.js';
import type { Many } from './multiplied.js';
import { many, most, storeOf } from './stores.js';

/** The read model that is rebuilt alone: it has timers, and wants the facts of several slices. */
const ONE = 'lifecycle_stage';
const all = (): readonly string[] => [...new Registry(slices).projections.keys()];
const alone = fileURLToPath(new URL('fold-alone.js', import.meta.url));
const run = promisify(execFile);

/** Folds in a process of its own. @throws where it failed */
export async function folded(data: string, ...names: readonly string[]): Promise<Folded> {
  const { stdout } = await run(process.execPath, [alone, data, ...names]);
  return JSON.parse(stdout) as Folded;
}

/** Everything is folded first, by the way; what is measured is a rebuild beside what is read. */
async function rebuilt(data: string, names: readonly string[]): Promise<Figure> {
  const first = await folded(data);
  const { seconds, cpuSeconds, peakMb } = await folded(data, ...(names.length > 1 ? ['all'] : names));
  const limit = await bareBuild(data, names);
  const cpu = { 'cpu s': cpuSeconds, 'limit cpu s': limit.cpuSeconds, 'cpu ratio': cpuSeconds / limit.cpuSeconds };
  const peaks = { 'peak MB': peakMb ?? NaN, 'first fold MB': first.peakMb ?? NaN };
  return { value: seconds, limit: limit.seconds, beside: { ...cpu, ...peaks } };
}

async function ofCdnow(folder: string, names: readonly string[]): Promise<Figure> {
  await imported(folder);
  return rebuilt(join(folder, 'data'), names);
}

async function peakOf(size: Many): Promise<Figure> {
  const data = await storeOf(size);
  const first = await folded(data);
  const { seconds, peakMb } = await folded(data, 'all');
  return {
    value: Math.max(peakMb ?? NaN, first.peakMb ?? NaN),
    beside: { 'rebuild s': seconds, 'first fold s': first.seconds },
  };
}

const SEVERAL = 'generated: 200,000 customers, 2,000,000 facts';
const LIMIT = 'limit: scan, parse, bulk insert of the same documents by the bare driver';
const long = true;

export const scaleMeasures: readonly Measure[] = [
  {
    ...{ name: 'rebuild-cdnow', about: `CDNOW: ${ONE} rebuilt; ${LIMIT}`, unit: 's', long, missing },
    wanted: { ratio: 1.5, at: 'most' },
    run: (folder) => ofCdnow(folder, [ONE]),
  },
  {
    ...{ name: 'rebuild-all-cdnow', about: 'CDNOW: all read models rebuilt; the same limit', unit: 's', long, missing },
    wanted: { ratio: 2, at: 'most' },
    run: (folder) => ofCdnow(folder, all()),
  },
  {
    ...{ name: 'rebuild-many', about: `${SEVERAL}: ${ONE} rebuilt; the same limit`, unit: 's', long },
    wanted: { ratio: 1.5, at: 'most' },
    run: async () => rebuilt(await storeOf(many), [ONE]),
  },
  {
    ...{ name: 'rebuild-all-many', about: `${SEVERAL}: all read models rebuilt; the same limit`, unit: 's', long },
    wanted: { ratio: 2, at: 'most' },
    run: async () => rebuilt(await storeOf(many), all()),
  },
  {
    ...{ name: 'memory-many', about: `${SEVERAL}: the most memory a rebuild of all has`, unit: 'MB', long },
    wanted: { value: 700, at: 'most' },
    missing: noProc,
    run: () => peakOf(many),
  },
  {
    ...{ name: 'memory-most', about: 'generated: 1,000,000 customers, 4,200,000 facts: the same', unit: 'MB', long },
    wanted: { value: 700, at: 'most' },
    missing: noProc,
    run: () => peakOf(most),
  },
];

function noProc(): string | undefined {
  return existsSync('/proc/self/status') ? undefined : 'this system has no /proc';
}
