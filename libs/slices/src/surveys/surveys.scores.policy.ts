import { INSTRUMENTS, type Instrument } from './surveys.events.js';
import { SCALES, type SurveysPolicy } from './surveys.policy.js';

/** How often each score was given: `{"9": 3}`. */
export type Counts = Readonly<Record<string, number>>;
export type CountsBy = Readonly<Record<Instrument, Counts>>;

export const noCounts: CountsBy = { nps: {}, csat: {}, ces: {} };

/** Hundredths of a point or of a percent in a whole one, and in all. */
const HUNDREDTHS = 100;
const ALL = 100 * HUNDREDTHS;
/** Every scale's step is a whole number of sixtieths of its range: sums over all instruments stay exact. */
const PARTS = 60;

/**
 * A score between 0 and 100, in hundredths: (score − least) ÷ (most − least) × 100, half a hundredth rounded up. So NPS 7
 * is 7,000 (70.00), CSAT 4 is 7,500, CES 5 is 6,667.
 *
 * @source ours: the linear transformation onto 0–100 that keeps the ends of the scale
 */
export const scaledOf = (instrument: Instrument, score: number): number =>
  ratio(partsOf(instrument, score) * ALL, PARTS);

function partsOf(instrument: Instrument, score: number): number {
  const { least, most } = SCALES[instrument];
  return ((score - least) * PARTS) / (most - least);
}

export const countOf = (counts: Counts): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

export const counted = (counts: CountsBy, instrument: Instrument, score: number): CountsBy => {
  const of = counts[instrument];
  return { ...counts, [instrument]: { ...of, [score]: (of[score] ?? 0) + 1 } };
};

export interface Satisfaction {
  readonly answers: number;
  /** Mean of the scaled answers, hundredths of a point; null without answers. */
  readonly mean: number | null;
  /** Answers whose scaled score reaches the target. */
  readonly atTarget: number;
  /** Their share, hundredths of a percent; null without answers. */
  readonly shareAtTarget: number | null;
}

/** From counts alone, so that the order of answers is of no account and nothing is rounded twice. */
export function satisfactionOf(counts: CountsBy, { target }: SurveysPolicy, of = INSTRUMENTS as readonly Instrument[]) {
  let [answers, parts, atTarget] = [0, 0, 0];
  for (const instrument of of) {
    for (const [score, n] of Object.entries(counts[instrument])) {
      answers += n;
      parts += n * partsOf(instrument, Number(score));
      if (scaledOf(instrument, Number(score)) >= target * HUNDREDTHS) atTarget += n;
    }
  }
  const satisfaction: Satisfaction = {
    answers,
    mean: answers === 0 ? null : ratio(parts * ALL, answers * PARTS),
    atTarget,
    shareAtTarget: answers === 0 ? null : ratio(atTarget * ALL, answers),
  };
  return satisfaction;
}

export interface NetPromoterScore {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
  /** Hundredths of a point, −10,000 to 10,000. */
  readonly score: number;
  /** The interval at this level, in hundredths of a point. */
  readonly low: number;
  readonly high: number;
  readonly confidencePercent: number;
}

/** Answers added to each group before the interval is taken. */
const ADDED = { promoters: 0.75, detractors: 0.75, all: 3 } as const;

/**
 * Share of promoters less share of detractors, and the adjusted Wald interval for it: with ¾ promoter, ¾ detractor and 3
 * answers added, p and d their shares of n, it is (p − d) ± z × √((p + d − (p − d)²) ÷ n), cut at ±100. Null without
 * answers.
 *
 * @source score: Reichheld, Harvard Business Review 12/2003. Interval: Rocks, "Interval Estimation for the 'Net Promoter
 * Score'", The American Statistician 70 (2016), which found it the best of those compared; the same in Lewis and Sauro,
 * measuringu.com/nps-confidence-intervals (2021)
 */
export function npsOf(counts: Counts, policy: SurveysPolicy): NetPromoterScore | null {
  const n = countOf(counts);
  if (n === 0) return null;
  const { promoterFrom, detractorAtMost, confidence } = policy;
  const sumWhere = (where: (score: number) => boolean): number =>
    Object.entries(counts).reduce((sum, [score, times]) => (where(Number(score)) ? sum + times : sum), 0);
  const promoters = sumWhere((score) => score >= promoterFrom);
  const detractors = sumWhere((score) => score <= detractorAtMost.nps);
  const adjusted = n + ADDED.all;
  const p = (promoters + ADDED.promoters) / adjusted;
  const d = (detractors + ADDED.detractors) / adjusted;
  const margin = (confidence.zThousandths / 1_000) * Math.sqrt((p + d - (p - d) ** 2) / adjusted);
  return {
    ...{ promoters, passives: n - promoters - detractors, detractors },
    score: ratio((promoters - detractors) * ALL, n),
    low: Math.max(-ALL, Math.round((p - d - margin) * ALL)),
    high: Math.min(ALL, Math.round((p - d + margin) * ALL)),
    confidencePercent: confidence.percent,
  };
}

/** The whole number nearest to a quotient, halves away from 0; exact for whole numbers. */
function ratio(dividend: number, divisor: number): number {
  const size = 2 * Math.abs(dividend) + divisor;
  const whole = (size - (size % (2 * divisor))) / (2 * divisor);
  return dividend < 0 ? 0 - whole : whole;
}
