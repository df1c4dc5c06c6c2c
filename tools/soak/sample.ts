import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from '../crash/server.js';
import type { Answers } from './load.js';

/** How the server stood at one moment, and what it answered since the one before. */
export interface Sample extends Answers {
  readonly minute: number;
  readonly rssMb: number;
  /** Of the main thread. */
  readonly heapMb: number;
  /** Without write-ahead logs. */
  readonly logMb: number;
  readonly readModelsMb: number;
  /** All write-ahead logs together: each grows up to a limit and is then written again from its start. */
  readonly walMb: number;
  /** Positions that the slowest projection has yet to fold. */
  readonly lag: number;
}

/** @throws where the server does not answer */
export async function sampleOf(server: Server, minute: number, answers: Answers): Promise<Sample> {
  const metrics = await (await server.fetch('/metrics')).text();
  const lags = figuresIn(metrics, 'patron_projection_lag');
  const { data } = server;
  const models = join(data, 'read-models');
  return {
    minute,
    ...answers,
    rssMb: (figuresIn(metrics, 'process_resident_memory_bytes')[0] ?? NaN) / 1e6,
    heapMb: (figuresIn(metrics, 'nodejs_heap_size_used_bytes')[0] ?? NaN) / 1e6,
    logMb: sizeOf(data, /^log\.db$/) / 1e6,
    readModelsMb: sizeOf(models, /\.db$/) / 1e6,
    walMb: (sizeOf(data, /-wal$/) + sizeOf(models, /-wal$/)) / 1e6,
    lag: Math.max(0, ...lags),
  };
}

/** Every figure of one name, in the text form of Prometheus. */
export function figuresIn(metrics: string, name: string): readonly number[] {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
}

/** Bytes of the files of these names in a folder. */
function sizeOf(folder: string, names: RegExp): number {
  const files = readdirSync(folder).filter((name) => names.test(name));
  return files.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}
