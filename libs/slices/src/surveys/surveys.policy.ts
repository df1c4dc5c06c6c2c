import { list, record, text } from '#kernel/parse.js';
import { definePolicy, whole } from '#kernel/policy.js';
import type { Instrument } from './surveys.events.js';

export interface Scale {
  readonly least: number;
  /** The best answer. */
  readonly most: number;
}

/**
 * Each instrument's own scale; these are part of what the instruments are, not a company's choice.
 *
 * @source design §6. NPS 0–10: Reichheld, "The One Number You Need to Grow", Harvard Business Review 12/2003. CES 1–7 with
 * 7 for least effort: CES 2.0, Dixon, Toman, DeLisi, "The Effortless Experience" (2013). CSAT 1–5: the usual five steps.
 */
export const SCALES: Readonly<Record<Instrument, Scale>> = {
  nps: { least: 0, most: 10 },
  csat: { least: 1, most: 5 },
  ces: { least: 1, most: 7 },
};

export interface SurveysPolicy {
  /** What the mean of scaled answers should reach, and an answer should; points of 100. */
  readonly target: number;
  /** A promoter scores at least this, on the NPS scale. */
  readonly promoterFrom: number;
  /** A detractor scores at most this, on the instrument's scale. CES says nothing of it. */
  readonly detractorAtMost: { readonly nps: number; readonly csat: number };
  /** Of the interval that is stated with an NPS: its level and the quantile of the normal distribution for it. */
  readonly confidence: { readonly percent: number; readonly zThousandths: number };
  /** Where customers are asked; others are refused. Empty allows any. */
  readonly touchpoints: readonly string[];
}

/**
 * @source target 80 and detractors: design §6. Promoters 9–10 and NPS detractors 0–6: Reichheld 2003. Level 95 % is ours;
 * 1.960 is the 97.5 % quantile of the standard normal distribution. A company lists its own touchpoints.
 */
export const surveysPolicy = definePolicy<SurveysPolicy>({
  name: 'surveys',
  defaults: {
    target: 80,
    promoterFrom: 9,
    detractorAtMost: { nps: 6, csat: 2 },
    confidence: { percent: 95, zThousandths: 1_960 },
    touchpoints: [],
  },
  parse: (raw) => {
    const { nps, csat } = record(raw['detractorAtMost']);
    const { percent, zThousandths } = record(raw['confidence']);
    const detractorAtMost = {
      nps: whole(nps, 'detractorAtMost.nps', SCALES.nps.least, SCALES.nps.most - 1),
      csat: whole(csat, 'detractorAtMost.csat', SCALES.csat.least, SCALES.csat.most - 1),
    };
    return {
      target: whole(raw['target'], 'target', 0, 100),
      promoterFrom: whole(raw['promoterFrom'], 'promoterFrom', detractorAtMost.nps + 1, SCALES.nps.most),
      detractorAtMost,
      confidence: {
        percent: whole(percent, 'confidence.percent', 1, 99),
        zThousandths: whole(zThousandths, 'confidence.zThousandths', 1, 10_000),
      },
      touchpoints: list(raw['touchpoints'] ?? [], text),
    };
  },
});

/** A detractor by this answer, or not; undefined where the instrument does not tell, so that what held before holds on. */
export function isDetractor(
  instrument: Instrument,
  score: number,
  { detractorAtMost }: SurveysPolicy,
): boolean | undefined {
  return instrument === 'ces' ? undefined : score <= detractorAtMost[instrument];
}
