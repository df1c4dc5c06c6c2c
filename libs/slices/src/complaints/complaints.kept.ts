import { fieldsForm, keptMaps, restoredMaps } from '#kernel/kept-maps.js';
import type { Shelf } from '#kernel/shelf.js';
import { timerKey, type Answer, type Complaints, type ComplaintState, type Timer } from './complaints.state.js';

const forms = {
  // prettier-ignore
  byId: fieldsForm<ComplaintState>([
    'opening', 'cause', 'priority', 'channel', 'raisedOn', 'status', 'responded', 'promises',
    'remedy', 'agent', 'purchaseId', 'reason',
  ]),
  answers: fieldsForm<Answer>(['channel', 'agent']),
  timers: fieldsForm<Timer>(['at', 'kind', 'sla', 'complaintId'], timerKey),
};

export const kept = (state: Complaints, shelf: Shelf): unknown => keptMaps(state, forms, shelf);

/** State from a snapshot, see `kept`. */
export const restored = (json: unknown, shelf: Shelf): Complaints =>
  restoredMaps(json, forms, shelf) as unknown as Complaints;
