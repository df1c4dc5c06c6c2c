import { defineFolding } from '#kernel/slice.js';
import { complaintCauses } from './complaints.causes.projection.js';
import { customerComplaints } from './complaints.customer.projection.js';
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

export const complaintsFolding = defineFolding({
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
  policies: [complaintsPolicy],
  projections: [complaintCases, complaintCauses, customerComplaints],
});
