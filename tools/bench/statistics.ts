export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that `share` of all are not above (nearest rank); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export interface RankTrend {
  /** How much y rises where x rises by one: the median of the slopes between all pairs; NaN where all x are the same. */
  readonly slope: number;
  /** How sure it is that y rises or falls at all, in standard deviations; 0 where it does neither. */
  readonly z: number;
}

/**
 * Whether y goes up or down with x, and by how much. A few points far off, as of minutes in which something else ran, change little of it.
 *
 * @source Sen, J. Amer. Stat. Assoc. 63 (1968) 1379-1389 (slope); Kendall: Rank Correlation Methods, section 4.9 (z, corrected for ties)
 */
export function rankTrend(points: readonly (readonly [x: number, y: number])[]): RankTrend {
  const slopes: number[] = [];
  let up = 0;
  for (const [at, [x, y]] of points.entries()) {
    for (const [laterX, laterY] of points.slice(at + 1)) {
      if (laterX === x) continue;
      const slope = (laterY - y) / (laterX - x);
      slopes.push(slope);
      up += Math.sign(slope);
    }
  }
  const deviation = Math.sqrt(varianceOf(points.map(([, y]) => y)));
  return { slope: median(slopes), z: up === 0 ? 0 : (up - Math.sign(up)) / deviation };
}

/** Of how many more pairs rise than fall, where y does not depend on x. */
function varianceOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const part = (n: number): number => (n * (n - 1) * (2 * n + 5)) / 18;
  return [...counts.values()].reduce((rest, tied) => rest - part(tied), part(values.length));
}
