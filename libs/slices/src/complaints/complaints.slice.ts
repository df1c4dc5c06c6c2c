import { defineSlice } from '#kernel/slice.js';
import {
  AssignComplaint,
  CloseComplaint,
  RaiseComplaint,
  ReopenComplaint,
  ResolveComplaint,
  RespondToComplaint,
} from './complaints.commands.js';
import { complaints } from './complaints.decider.js';
import { ComplaintResolved, ComplaintResponded } from './complaints.events.js';
import { complaintsWords } from './complaints.words.js';
import { complaintsFolding } from './complaints.folding.js';

export const complaintsSlice = defineSlice({
  ...complaintsFolding,
  commands: [RaiseComplaint, AssignComplaint, RespondToComplaint, ResolveComplaint, CloseComplaint, ReopenComplaint],
  decider: complaints,
  stateVersion: 3, // snapshots keep rows without names
  reactsTo: [ComplaintResponded, ComplaintResolved],
  words: complaintsWords,
});
