import { INSTRUMENTS, type Instrument } from '#slices/surveys/surveys.events.js';
import { dateIn, type BaseMapping, type DateRule, type Own } from './mapping-base.js';
import { conditionIn, type Choice, type Condition, type Reader, type Source } from './mapping-reader.js';

/** How rows become answers to a survey. */
export interface SurveyMapping extends BaseMapping {
  readonly kind: 'surveys';
  readonly survey: {
    readonly id: Source | null;
    readonly instrument: Instrument;
    readonly score: Source;
    readonly touchpoint: Choice;
    readonly channel: Choice | null;
    readonly about: Source | null;
    readonly comment: Source | null;
  };
}

/** How rows become complaints, with what became of them. */
export interface ComplaintMapping extends BaseMapping {
  readonly kind: 'complaints';
  readonly complaint: {
    readonly id: Source | null;
    readonly cause: Choice;
    readonly channel: Choice;
    readonly priority: Choice | null;
    readonly purchaseId: Source | null;
    readonly text: Source | null;
  };
  /** null where the file holds nothing but complaints. */
  readonly response: {
    readonly date: DateRule;
    /** These responses stand so many days after the date. */
    readonly late: (Condition & { readonly afterDays: number }) | null;
    /** Which rows were answered; null: those that were resolved. */
    readonly given: Condition | null;
    /** A text that is not named resolves nothing. */
    readonly remedy: { readonly column: string; readonly values: Readonly<Record<string, string>> };
    readonly closed: Condition | null;
    readonly disputed: (Condition & { readonly reason: string }) | null;
  } | null;
}

/** How rows become contacts. */
export interface ContactMapping extends BaseMapping {
  readonly kind: 'contacts';
  readonly contact: {
    readonly id: Source | null;
    readonly channel: Choice;
    readonly direction: Choice;
    readonly purpose: Choice;
    readonly outcome: Choice;
    readonly agent: Source | null;
    readonly campaign: Source | null;
    readonly cost: Source | null;
    /** The id of the contact it answers. */
    readonly answers: Source | null;
    readonly subject: Source | null;
    readonly note: Source | null;
  };
}

export const readSurveys = (root: Reader): Own<SurveyMapping> => ({
  kind: 'surveys',
  survey: root.object('survey', (survey) => ({
    id: survey.source('id', null),
    instrument: survey.oneOf('instrument', INSTRUMENTS, 'csat'),
    score: survey.source('score'),
    touchpoint: survey.choice('touchpoint'),
    channel: survey.choice('channel', null),
    about: survey.source('about', null),
    comment: survey.source('comment', null),
  })),
});

export const readComplaints = (root: Reader): Own<ComplaintMapping> => ({
  kind: 'complaints',
  complaint: root.object('complaint', (complaint) => ({
    id: complaint.source('id', null),
    cause: complaint.choice('cause'),
    channel: complaint.choice('channel'),
    priority: complaint.choice('priority', null),
    purchaseId: complaint.source('purchaseId', null),
    text: complaint.source('text', null),
  })),
  response: root.object('response', responseIn, null),
});

const responseIn = (response: Reader) => ({
  date: response.object('date', dateIn),
  late: response.object(
    'late',
    (late) => ({ ...conditionIn(late), afterDays: late.whole('afterDays', 0, 366, 0) }),
    null,
  ),
  given: response.condition('given', null),
  remedy: response.object('remedy', (remedy) => ({ column: remedy.column(), values: remedy.byText('values') })),
  closed: response.condition('closed', null),
  disputed: response.object('disputed', (it) => ({ ...conditionIn(it), reason: it.text('reason') }), null),
});

export const readContacts = (root: Reader): Own<ContactMapping> => {
  const contact = root.object('contact', contactIn);
  if (contact.cost !== null && !root.has('currency')) root.bad('currency', 'must be named where contact.cost is');
  return { kind: 'contacts', contact };
};

const contactIn = (contact: Reader): ContactMapping['contact'] => ({
  id: contact.source('id', null),
  channel: contact.choice('channel'),
  direction: contact.choice('direction'),
  purpose: contact.choice('purpose'),
  outcome: contact.choice('outcome'),
  agent: contact.source('agent', null),
  campaign: contact.source('campaign', null),
  cost: contact.source('cost', null),
  answers: contact.source('answers', null),
  subject: contact.source('subject', null),
  note: contact.source('note', null),
});
