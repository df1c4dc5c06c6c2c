import { loadConfig } from '#runtime/config.js';
import { boundGarbage } from '#runtime/heap-growth.js';
import { openPatron } from '#runtime/patron.js';
import { timedCpu } from './measure.js';
import { peakMbOf } from './peak.js';

/** What a process of its own says that folded. */
export interface Folded {
  readonly seconds: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
  /** The most that it had resident, in MB; null where the system does not say. */
  readonly peakMb: number | null;
}

/** Opens Patron on a folder as the program does, and folds: what is not folded yet, or read models anew that are named. */
async function fold(data: string, names: readonly string[]): Promise<Folded> {
  const patron = await openPatron({ ...loadConfig({ flags: { data }, env: {} }), target: 'all' }, { mode: 'write' });
  const { projector, registry, store } = patron.engine;
  if (projector === undefined) throw new Error('Nothing is folded here.');
  const all = [...registry.projections.keys()];
  const took = await timedCpu(async () => {
    if (names.length > 0) return projector.rebuild(names[0] === 'all' ? all : names);
    await projector.allCaughtUp(await store.head());
  });
  await patron.close();
  return { ...took, peakMb: peakMbOf(process.pid) ?? null };
}

boundGarbage();
const [data = '', ...names] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await fold(data, names))}\n`);
