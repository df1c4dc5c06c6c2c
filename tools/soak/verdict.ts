import { median, rankTrend } from '../bench/statistics.js';
import type { Sample } from './sample.js';

/** What a figure did over the time that was looked at. */
export interface Trend {
  readonly what: 'rssMb' | 'heapMb' | 'p99' | 'lag';
  readonly median: number;
  /** NaN where there was too little to say. */
  readonly perHour: number;
  /** How sure it is that it rises or falls at all, in standard deviations: see `rankTrend`. */
  readonly z: number;
  readonly words: string;
}

/** Caches fill and code is compiled for that long, or for the first third of a shorter run. */
const WARM_UP_MINUTES = 10;
const LEAST_SAMPLES = 5;
/** Grown by less than this share of its median, a figure counts as steady however sure the slope is. */
const STEADY_SHARE = 0.05;
/** Chance alone goes further up or down once in twenty times. */
const SURE = 1.96;
const UNITS = { rssMb: 'MB', heapMb: 'MB', p99: 'ms', lag: 'facts' } as const;

export function trendsOf(samples: readonly Sample[]): readonly Trend[] {
  const warmUp = Math.min(WARM_UP_MINUTES, (samples.at(-1)?.minute ?? 0) / 3);
  const warm = samples.filter(({ minute }) => minute > warmUp);
  return (['rssMb', 'heapMb', 'p99', 'lag'] as const).map((what) => trendOf(what, warm));
}

function trendOf(what: Trend['what'], samples: readonly Sample[]): Trend {
  const points = samples.map((sample) => [sample.minute / 60, sample[what]] as const);
  const { slope, z } = rankTrend(points);
  const middle = median(points.map(([, y]) => y));
  const hours = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  const figures = `${signed(slope)} ${UNITS[what]} an hour at a median of ${middle.toFixed(1)} (z ${signed(z)})`;
  const verdict = verdictOf(slope, z, Math.abs(slope * hours) / middle, points.length);
  return { what, median: middle, perHour: slope, z, words: `${figures}, ${verdict}` };
}

function verdictOf(slope: number, z: number, share: number, samples: number): string {
  if (samples < LEAST_SAMPLES) return `too few samples (${samples}) to say`;
  if (slope === 0 || Math.abs(z) < SURE) return 'no slope: it may be chance';
  if (share < STEADY_SHARE) return `no slope: ${(share * 100).toFixed(1)} % over the time measured`;
  return slope > 0 ? 'RISES' : 'falls';
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
