import { present } from '#kernel/parse.js';
import { fieldsForm, keptMaps, restoredMaps } from '#kernel/kept-maps.js';
import type { Shelf } from '#kernel/shelf.js';
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

const forms = {
  // prettier-ignore
  byId: fieldsForm<SurveyState>(['instrument', 'touchpoint', 'channel', 'about', 'sent', 'declined', 'score']),
};

export const kept = (state: Surveys, shelf: Shelf): unknown => keptMaps(state, forms, shelf);

/** State from a snapshot, see `kept`. */
export const restored = (json: unknown, shelf: Shelf): Surveys =>
  restoredMaps(json, forms, shelf) as unknown as Surveys;

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
