import type { ComplaintEvent, ComplaintRaised } from './complaints.events.js';
import {
  answerKey,
  ended,
  opened,
  promisesOf,
  stopped,
  type Complaints,
  type ComplaintState,
} from './complaints.state.js';
import { present } from '#kernel/parse.js';

/** What a customer's complaints are after a fact. */
export function evolve(state: Complaints, fact: ComplaintEvent): Complaints {
  const { complaintId } = fact.data;
  switch (fact.type) {
    case 'ComplaintRaised':
      return opened(state, complaintId, raised(fact));
    case 'ComplaintAssigned': {
      const { agent } = fact.data;
      return changed(state, complaintId, (known) => ({ ...known, agent }));
    }
    case 'ComplaintResponded': {
      const { responseId, channel, agent } = fact.data;
      const answers = state.answers.set(answerKey(complaintId, responseId), present({ channel, agent }));
      return changed({ ...state, answers }, complaintId, (known) => ({ ...known, responded: true }));
    }
    case 'ComplaintResolved': {
      const { remedy } = fact.data;
      return changed(state, complaintId, (known) => ({ ...known, status: 'resolved', responded: true, remedy }));
    }
    case 'ComplaintClosed':
      return changed(state, complaintId, (known) => ({ ...known, status: 'closed' }));
    case 'ComplaintReopened': {
      const known = state.byId.get(complaintId);
      if (known === undefined) return state;
      const { opening, reason } = fact.data;
      const promises = promisesOf(fact.data);
      return opened(state, complaintId, { ...known, status: 'open', responded: false, opening, reason, promises });
    }
    case 'ComplaintSlaWarned':
      return stopped(state, complaintId, fact.data.sla, ['warned']);
    case 'ComplaintSlaMissed':
      return ended(state, complaintId, fact.data.sla, 'missed');
    case 'ComplaintSlaMet':
      return ended(state, complaintId, fact.data.sla, 'met');
  }
}

const raised = ({ data }: ComplaintRaised): ComplaintState => {
  const { opening, cause, priority, channel, purchaseId, raisedOn } = data;
  const kept = present({ opening, cause, priority, channel, purchaseId, raisedOn });
  return { ...kept, status: 'open', responded: false, promises: promisesOf(data) };
};

function changed(
  state: Complaints,
  complaintId: string,
  change: (known: ComplaintState) => ComplaintState,
): Complaints {
  const known = state.byId.get(complaintId);
  return known === undefined ? state : { ...state, byId: state.byId.set(complaintId, change(known)) };
}
