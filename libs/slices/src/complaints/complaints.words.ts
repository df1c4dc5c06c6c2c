import { dateOf, type Words } from '#kernel/statement.js';
import type { ComplaintEvent, Sla } from './complaints.events.js';

const PROMISES: Readonly<Record<Sla, string>> = { first_response: 'a first response', resolution: 'a resolution' };

export const complaintsWords: Words<ComplaintEvent> = {
  ComplaintRaised: ({ data }) => ({ what: `complained: ${data.cause} (${data.complaintId}, ${data.priority})` }),
  ComplaintAssigned: ({ data }) => ({ what: `the complaint was given to ${data.agent} (${data.complaintId})` }),
  ComplaintResponded: ({ data }) => ({ what: `the complaint was answered (${data.complaintId})` }),
  ComplaintResolved: ({ data }) => ({ what: `the complaint was resolved: ${data.remedy.kind} (${data.complaintId})` }),
  ComplaintClosed: ({ data }) => ({ what: `the complaint was closed (${data.complaintId})` }),
  ComplaintReopened: ({ data }) => ({ what: `the complaint was opened again (${data.complaintId})` }),
  ComplaintSlaWarned: ({ data }) => ({
    what: `${PROMISES[data.sla]} is due on ${dateOf(data.dueAt)} (${data.complaintId})`,
  }),
  ComplaintSlaMissed: ({ data }) => ({
    what: `${PROMISES[data.sla]} promised by ${dateOf(data.dueAt)} did not come (${data.complaintId})`,
  }),
  ComplaintSlaMet: ({ data }) => ({ what: `${PROMISES[data.sla]} came in time (${data.complaintId})` }),
};
