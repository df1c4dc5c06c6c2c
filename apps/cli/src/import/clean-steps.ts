import { present } from '#kernel/parse.js';
import { Bad, nameOf, type Fields } from './fields.js';
import type { ComplaintMapping, ContactMapping, SurveyMapping } from './mapping-steps.js';
import type { CleanSteps, Step } from './steps.js';

const DAY_MS = 86_400_000;

/** A row as one answer. @throws {Bad} */
export function cleanSurvey({ date, survey }: SurveyMapping, customerId: string, fields: Fields): CleanSteps {
  const atMs = fields.atMs(date);
  const body = present({
    instrument: survey.instrument,
    score: fields.whole(survey.score),
    touchpoint: fields.choice(survey.touchpoint, 'touchpoint'),
    channel: fields.optionalChoice(survey.channel),
    about: fields.optional(survey.about),
    comment: fields.optional(survey.comment),
  });
  const id = fields.optional(survey.id) ?? null;
  return { customerId, atMs, idField: 'surveyId', id, steps: [{ type: 'AnswerSurvey', atMs, body }] };
}

/** A row as a complaint with what became of it. @throws {Bad} */
export function cleanComplaint(
  { date, complaint, response }: ComplaintMapping,
  customerId: string,
  fields: Fields,
): CleanSteps {
  const atMs = fields.atMs(date);
  const raised = present({
    cause: fields.choice(complaint.cause, 'cause'),
    channel: fields.choice(complaint.channel, 'channel'),
    priority: fields.optionalChoice(complaint.priority),
    purchaseId: fields.optional(complaint.purchaseId),
    text: fields.optional(complaint.text),
  });
  const answered = response === null ? [] : answers(response, atMs, fields);
  const steps: readonly Step[] = [{ type: 'RaiseComplaint', atMs, body: raised }, ...answered];
  return { customerId, atMs, idField: 'complaintId', id: fields.optional(complaint.id) ?? null, steps };
}

function answers(response: NonNullable<ComplaintMapping['response']>, raisedMs: number, fields: Fields): Step[] {
  const remedy = remedyOf(response, fields);
  const given = response.given === null ? remedy !== undefined : fields.holds(response.given);
  if (!given && remedy === undefined) return [];
  const late = response.late !== null && fields.holds(response.late) ? response.late.afterDays * DAY_MS : 0;
  const atMs = fields.atMs(response.date) + late;
  if (atMs < raisedMs) throw new Bad(nameOf(response.date.source), 'a response before the complaint');
  const steps: Step[] = [];
  if (given) steps.push({ type: 'RespondToComplaint', atMs, body: { responseId: 'response' } });
  if (remedy === undefined) return steps;
  steps.push({ type: 'ResolveComplaint', atMs, body: { remedy: { kind: remedy } } });
  if (response.closed !== null && fields.holds(response.closed)) steps.push({ type: 'CloseComplaint', atMs, body: {} });
  if (response.disputed !== null && fields.holds(response.disputed)) {
    steps.push({ type: 'ReopenComplaint', atMs, body: { reason: response.disputed.reason } });
  }
  return steps;
}

/** Undefined for a text that the mapping does not name: nothing was resolved. */
function remedyOf({ remedy }: NonNullable<ComplaintMapping['response']>, fields: Fields): string | undefined {
  const text = fields.text(remedy.column);
  return Object.hasOwn(remedy.values, text) ? remedy.values[text] : undefined;
}

/** A row as one contact. @throws {Bad} */
export function cleanContact({ date, contact }: ContactMapping, customerId: string, fields: Fields): CleanSteps {
  const atMs = fields.atMs(date);
  const cost = contact.cost !== null && fields.optional(contact.cost) !== undefined && fields.money(contact.cost);
  const body = present({
    channel: fields.choice(contact.channel, 'channel'),
    direction: fields.choice(contact.direction, 'direction'),
    purpose: fields.choice(contact.purpose, 'purpose'),
    outcome: fields.choice(contact.outcome, 'outcome'),
    agent: fields.optional(contact.agent),
    campaign: fields.optional(contact.campaign),
    cost: cost || undefined,
    answers: fields.optional(contact.answers),
    subject: fields.optional(contact.subject),
    note: fields.optional(contact.note),
  });
  const id = fields.optional(contact.id) ?? null;
  return { customerId, atMs, idField: 'contactId', id, steps: [{ type: 'RecordContact', atMs, body }] };
}
