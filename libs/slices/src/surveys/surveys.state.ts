import { present } from '#kernel/parse.js';
import { Sorted } from '#kernel/sorted.js';
import type { Instrument, SurveyEvent } from './surveys.events.js';

export interface SurveyState {
  readonly instrument: Instrument;
  readonly touchpoint: string;
  readonly channel?: string;
  readonly about?: string;
  readonly sent: boolean;
  readonly declined: boolean;
  /** Once it is answered. */
  readonly score?: number;
}

export interface Surveys {
  /** By surveyId. */
  readonly byId: Sorted<SurveyState>;
}

export const noSurveys: Surveys = { byId: Sorted.empty() };

/** State from a snapshot's JSON. */
export const restored = (json: unknown): Surveys => ({
  byId: Sorted.from((json as { byId: readonly (readonly [string, SurveyState])[] }).byId),
});

/** What a customer's surveys are after a fact. */
export function evolve({ byId }: Surveys, fact: SurveyEvent): Surveys {
  const { surveyId, instrument, touchpoint, channel, about } = fact.data;
  const unseen = { ...present({ instrument, touchpoint, channel, about }), sent: false, declined: false };
  const known: SurveyState = byId.get(surveyId) ?? unseen;
  switch (fact.type) {
    case 'SurveySent':
      return { byId: byId.set(surveyId, { ...known, ...present({ channel, about }), sent: true }) };
    case 'SurveyAnswered':
      return { byId: byId.set(surveyId, { ...known, score: fact.data.score }) };
    case 'SurveyDeclined':
      return { byId: byId.set(surveyId, { ...known, declined: true }) };
  }
}
