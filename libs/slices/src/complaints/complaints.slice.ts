import { defineSlice } from '#kernel/slice.js';
import { complaintCauses } from './complaints.causes.projection.js';
import {
  AssignComplaint,
  CloseComplaint,
  RaiseComplaint,
  ReopenComplaint,
  ResolveComplaint,
  RespondToComplaint,
} from './complaints.commands.js';
import { customerComplaints } from './complaints.customer.projection.js';
import { complaints } from './complaints.decider.js';
import {
  ComplaintAssigned,
  ComplaintClosed,
  ComplaintRaised,
  ComplaintReopened,
  ComplaintResolved,
  ComplaintResponded,
  ComplaintSlaMet,
  ComplaintSlaMissed,
  ComplaintSlaWarned,
} from './complaints.events.js';
import { complaintsPolicy } from './complaints.policy.js';
import { complaintCases } from './complaints.projection.js';
import { complaintsWords } from './complaints.words.js';

export const complaintsSlice = defineSlice({
  name: 'complaints',
  about: 'What customers complained about, what was promised, and whether it was kept.',
  events: [
    ComplaintRaised,
    ComplaintAssigned,
    ComplaintResponded,
    ComplaintResolved,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintSlaWarned,
    ComplaintSlaMissed,
    ComplaintSlaMet,
  ],
  commands: [RaiseComplaint, AssignComplaint, RespondToComplaint, ResolveComplaint, CloseComplaint, ReopenComplaint],
  policies: [complaintsPolicy],
  decider: complaints,
  reactsTo: [ComplaintResponded, ComplaintResolved],
  projections: [complaintCases, complaintCauses, customerComplaints],
  words: complaintsWords,
});
