export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that `share` of all are not above (nearest rank); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export interface Slope {
  /** How much y rises where x rises by one; NaN where all x are the same. */
  readonly slope: number;
  /** Its standard error; Infinity below three points. */
  readonly error: number;
}

/** A straight line by least squares. @source Draper, Smith: Applied Regression Analysis, section 1.4 */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const count = points.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  let [ofX, ofBoth, ofY] = [0, 0, 0];
  for (const [x, y] of points) {
    ofX += (x - meanX) ** 2;
    ofBoth += (x - meanX) * (y - meanY);
    ofY += (y - meanY) ** 2;
  }
  const slope = ofX === 0 ? NaN : ofBoth / ofX;
  const residual = Math.max(0, ofY - slope * ofBoth);
  return { slope, error: count < 3 ? Infinity : Math.sqrt(residual / (count - 2) / ofX) };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
