import { availableParallelism } from 'node:os';
import type { ProjectorOptions } from '#engine/projector-options.js';
import type { PatronConfig } from './config.js';
import { partitionThreads } from './partition-thread.js';

/** Each takes some 100 MB, and the disk is one. */
const MOST = 4;

/** How many a build has: as the configuration says, or one a core. */
export const partitionsFor = ({ partitions }: Pick<PatronConfig, 'partitions'>): number =>
  partitions ?? Math.min(MOST, availableParallelism());

/** How builds are shared out among threads, for a projector: as the configuration says, or a partition a core. */
export function partitionsOf(
  config: PatronConfig,
): Partial<Pick<ProjectorOptions, 'partitions' | 'threads' | 'threadsFrom'>> {
  // memory is one thread's own
  const isShared = config.eventStore === 'embedded' && config.readModels === 'embedded';
  const threads = isShared ? partitionThreads({ config }) : undefined;
  if (threads === undefined) return {};
  const partitions = partitionsFor(config);
  // who says how many wants them, however short the history is
  if (config.partitions !== undefined) return { partitions, threads, threadsFrom: 0 };
  return { partitions, threads };
}
