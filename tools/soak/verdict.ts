import { mean, slopeOf } from '../bench/statistics.js';
import type { Sample } from './sample.js';

/** What a figure did over the time that was looked at. */
export interface Trend {
  readonly what: 'rssMb' | 'heapMb' | 'p99' | 'lag';
  readonly mean: number;
  /** By least squares; NaN where there was too little to say. */
  readonly perHour: number;
  /** Standard error of it. */
  readonly error: number;
  readonly words: string;
}

/** Caches fill and code is compiled for that long, or for the first third of a shorter run. */
const WARM_UP_MINUTES = 10;
const LEAST_SAMPLES = 5;
/** Grown by less than this share of its mean, a figure counts as steady however sure the slope is. */
const STEADY_SHARE = 0.05;
const UNITS = { rssMb: 'MB', heapMb: 'MB', p99: 'ms', lag: 'facts' } as const;

export function trendsOf(samples: readonly Sample[]): readonly Trend[] {
  const warmUp = Math.min(WARM_UP_MINUTES, (samples.at(-1)?.minute ?? 0) / 3);
  const warm = samples.filter(({ minute }) => minute > warmUp);
  return (['rssMb', 'heapMb', 'p99', 'lag'] as const).map((what) => trendOf(what, warm));
}

function trendOf(what: Trend['what'], samples: readonly Sample[]): Trend {
  const points = samples.map((sample) => [sample.minute / 60, sample[what]] as const);
  const { slope, error } = slopeOf(points);
  const average = mean(points.map(([, y]) => y));
  const hours = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  const figures = `${signed(slope)} ± ${error.toFixed(1)} ${UNITS[what]} an hour at a mean of ${average.toFixed(1)}`;
  const verdict = verdictOf(slope, error, Math.abs(slope * hours) / average, points.length);
  return { what, mean: average, perHour: slope, error, words: `${figures}, ${verdict}` };
}

function verdictOf(slope: number, error: number, share: number, samples: number): string {
  if (samples < LEAST_SAMPLES) return `too few samples (${samples}) to say`;
  if (Math.abs(slope) <= 2 * error) return 'no slope: less than twice its standard error';
  if (share < STEADY_SHARE) return `no slope: ${(share * 100).toFixed(1)} % over the time measured`;
  return slope > 0 ? 'RISES' : 'falls';
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
