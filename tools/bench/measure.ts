import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Figure {
  readonly value: number;
  /** The fastest way known, measured in the same run. */
  readonly limit?: number;
}

export interface Measure {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  /** `least`: value ÷ limit should be at least `wanted`; `most`: at most. */
  readonly wanted?: { readonly ratio?: number; readonly value?: number; readonly at: 'least' | 'most' };
  /** One run in a folder of its own. */
  run(folder: string): Promise<Figure>;
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
export async function take(measure: Measure, runs: number): Promise<Result> {
  const figures: Figure[] = [];
  for (let run = 0; run < runs; run += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'patron-bench-'));
    try {
      figures.push(await measure.run(folder));
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
  return {
    measure: measure.name,
    value: rounded(value),
    unit: measure.unit,
    limit: limit && rounded(limit),
    ratio,
    runs,
    machine,
  };
}

/** Seconds that work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(4)));
