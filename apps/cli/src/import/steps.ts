import type { Cleaned } from './fields.js';
import type { Entry, Row } from './spool.js';

/** The fact that shows that a command changed something. */
export const FACT_OF = {
  AnswerSurvey: 'SurveyAnswered',
  RaiseComplaint: 'ComplaintRaised',
  RespondToComplaint: 'ComplaintResponded',
  ResolveComplaint: 'ComplaintResolved',
  CloseComplaint: 'ComplaintClosed',
  ReopenComplaint: 'ComplaintReopened',
  RecordContact: 'CustomerContacted',
} as const;

export type StepType = keyof typeof FACT_OF;
export type IdField = 'surveyId' | 'complaintId' | 'contactId';

/** One command of a row. Its body lacks the customer, the instant and the row's id. */
export interface Step {
  readonly type: StepType;
  readonly atMs: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A row that stands for itself, with its commands in the order of their time. */
export interface CleanSteps extends Cleaned {
  readonly idField: IdField;
  /** null where the row's identity names it. */
  readonly id: string | null;
  readonly steps: readonly Step[];
}

type Content = readonly [string, IdField, string | null, readonly Step[]];

/** The order of the content is part of every row's identity: it stays. */
export function entryOf({ customerId, idField, id, steps }: CleanSteps, untilMs: number): Entry {
  const content: Content = [customerId, idField, id, steps];
  const places = steps.map(({ atMs }, ord) => ({ ord, atMs })).filter(({ atMs }) => atMs <= untilMs);
  return { customerId, group: null, content, places };
}

export function stepsOf({ content }: Row): Pick<CleanSteps, 'idField' | 'id' | 'steps'> {
  const [, idField, id, steps] = content as Content;
  return { idField, id, steps };
}
