import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import { INSTRUMENTS, type Instrument, type SurveyEvent } from './surveys.events.js';
import { surveysPolicy } from './surveys.policy.js';
import {
  counted,
  noCounts,
  npsOf,
  satisfactionOf,
  type CountsBy,
  type NetPromoterScore,
  type Satisfaction,
} from './surveys.scores.policy.js';

/** Over all instruments, and by instrument. Means in hundredths of a point, shares in hundredths of a percent. */
export interface SatisfactionDocument extends Satisfaction {
  /** In the company's zone: `2026-03`. */
  readonly month: string;
  /** null for all channels, `unknown` where none was said. */
  readonly channel: string | null;
  /** null for all touchpoints. */
  readonly touchpoint: string | null;
  readonly sent: number;
  readonly declined: number;
  /** How often each score was given: all else follows from these. */
  readonly counts: CountsBy;
  readonly byInstrument: Readonly<Record<Instrument, Satisfaction>>;
  readonly nps: NetPromoterScore | null;
  /** Hundredths of a point. */
  readonly target: number;
  /** Does the mean reach the target? null without answers. */
  readonly meetsTarget: boolean | null;
  /** The newest fact that was counted. */
  readonly why: Why;
}

const MONTH = 'yyyy-mm'.length;
const UNKNOWN = 'unknown';
const HUNDREDTHS = 100;
const none: Satisfaction = { answers: 0, mean: null, atTarget: 0, shareAtTarget: null };

/** A month's channel and touchpoint, all of either, and all of both; an empty part of the key stands for all. */
function keysOf({ data: { day, channel = UNKNOWN, touchpoint } }: SurveyEvent): readonly string[] {
  const month = day.slice(0, MONTH);
  const [of, at] = [encodeURIComponent(channel), encodeURIComponent(touchpoint)];
  return [`${month}/${of}/${at}`, `${month}/${of}/`, `${month}//${at}`, `${month}//`];
}

const part = (text = ''): string | null => (text === '' ? null : decodeURIComponent(text));

function because({ id }: SurveyEvent, context: Context): Pick<SatisfactionDocument, 'why'> {
  return { why: { facts: [id], policy: { name: surveysPolicy.name, version: context.policy(surveysPolicy).version } } };
}

/** All that follows from the counts under the policy in force. */
function stated(doc: SatisfactionDocument, fact: SurveyEvent, context: Context): SatisfactionDocument {
  const policy = context.policy(surveysPolicy);
  const byInstrument = INSTRUMENTS.map((name) => [name, satisfactionOf(doc.counts, policy, [name])] as const);
  const all = satisfactionOf(doc.counts, policy);
  const target = policy.target * HUNDREDTHS;
  return {
    ...doc,
    ...all,
    byInstrument: Object.fromEntries(byInstrument) as Record<Instrument, Satisfaction>,
    nps: npsOf(doc.counts.nps, policy),
    target,
    meetsTarget: all.mean === null ? null : all.mean >= target,
    ...because(fact, context),
  };
}

export const satisfaction = defineProjection<SatisfactionDocument, SurveyEvent>({
  name: 'satisfaction',
  version: 1,
  about: 'Answers by month, channel and touchpoint: counts, mean and share against the target, NPS with its interval.',
  key: keysOf,
  indexes: [
    { month: 1, channel: 1, touchpoint: 1 },
    { channel: 1, touchpoint: 1, month: 1 },
  ],
  initial: (key) => {
    const [month = '', channel, touchpoint] = key.split('/');
    return {
      month,
      channel: part(channel),
      touchpoint: part(touchpoint),
      sent: 0,
      declined: 0,
      ...none,
      counts: noCounts,
      byInstrument: { nps: none, csat: none, ces: none },
      nps: null,
      target: 0,
      meetsTarget: null,
      why: { facts: [], policy: { name: surveysPolicy.name, version: 0 } },
    };
  },
  on: {
    SurveySent: (doc, fact, context) => stated({ ...doc, sent: doc.sent + 1 }, fact, context),
    SurveyAnswered: (doc, fact, context) =>
      stated({ ...doc, counts: counted(doc.counts, fact.data.instrument, fact.data.score) }, fact, context),
    SurveyDeclined: (doc, fact, context) => stated({ ...doc, declined: doc.declined + 1 }, fact, context),
  },
});
