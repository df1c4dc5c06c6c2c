import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.js';

export interface Figure {
  readonly value: number;
  /** The fastest way known, measured in the same run. */
  readonly limit?: number;
  /** What else was seen, for people: medians of it are shown beside the figure. */
  readonly beside?: Readonly<Record<string, number>>;
}

export interface Measure {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  /** `least`: value ÷ limit should be at least `wanted`; `most`: at most. */
  readonly wanted?: { readonly ratio?: number; readonly value?: number; readonly at: 'least' | 'most' };
  /** Takes minutes: asked for by name, and not a part of `all`. */
  readonly long?: boolean;
  /** Why it cannot be taken here. */
  readonly missing?: () => string | undefined;
  /** One run in a folder of its own; runs are counted from 0. */
  run(folder: string, run: number): Promise<Figure>;
}

export interface Result {
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number | null;
  readonly ratio: number | null;
  readonly runs: number;
  readonly machine: string;
}

export const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/** Runs a measure several times in fresh folders; the medians. */
export async function take(measure: Measure, runs: number): Promise<{ result: Result; beside: Figure['beside'] }> {
  const figures: Figure[] = [];
  for (let run = 0; run < runs; run += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'patron-bench-'));
    try {
      figures.push(await measure.run(folder, run));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    globalThis.gc?.();
  }
  const value = median(figures.map((figure) => figure.value));
  const limits = figures.flatMap(({ limit }) => (limit === undefined ? [] : [limit]));
  const limit = limits.length === 0 ? null : median(limits);
  const ratios = figures.flatMap((figure) => (figure.limit === undefined ? [] : [figure.value / figure.limit]));
  const ratio = ratios.length === 0 ? null : Number(median(ratios).toFixed(3));
  const result = { measure: measure.name, value: rounded(value), unit: measure.unit, limit: limit && rounded(limit) };
  return { result: { ...result, ratio, runs, machine }, beside: besideOf(figures) };
}

/** Seconds that work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function besideOf(figures: readonly Figure[]): Figure['beside'] {
  const names = Object.keys(figures[0]?.beside ?? {});
  const of = (name: string): number => median(figures.map(({ beside }) => beside?.[name] ?? NaN));
  return Object.fromEntries(names.map((name) => [name, rounded(of(name))]));
}

/** The same, and processor seconds of this process meanwhile. */
export async function timedCpu(work: () => unknown): Promise<{ seconds: number; cpuSeconds: number }> {
  const before = process.cpuUsage();
  const seconds = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** The same, as percent of one core: a client at 100 measures itself. */
export async function timedClient(work: () => unknown): Promise<{ seconds: number; beside: { 'client %': number } }> {
  const { seconds, cpuSeconds } = await timedCpu(work);
  return { seconds, beside: { 'client %': (100 * cpuSeconds) / seconds } };
}

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(4)));
