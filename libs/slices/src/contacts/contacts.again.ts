import { companyPolicy } from '#kernel/company.policy.js';
import type { DecidedAgain } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import type { Context } from '#kernel/policy.js';
import {
  CustomerContacted,
  RevisitCancelled,
  RevisitCompleted,
  RevisitPlanned,
  type ContactsEvent,
} from './contacts.events.js';
import type { Heard } from './contacts.evolve.js';
import { contactsPolicy, revisitMissedAt } from './contacts.policy.js';
import { openRevisit, type Contacts } from './contacts.state.js';

/** A contact counts, and a planned revisit is missed, as these policies say; one that is not open here cannot end. */
export function decideAgain(
  facts: readonly (ContactsEvent | Heard)[],
  state: Contacts,
  context: Context,
): DecidedAgain | undefined {
  const proposals: Proposal[] = [];
  for (const fact of facts) {
    switch (fact.type) {
      case 'CustomerContacted': {
        const { outcomes } = context.policy(contactsPolicy);
        const { outcome, reached } = fact.data;
        const counts = Object.hasOwn(outcomes, outcome) ? (outcomes[outcome] ?? reached) : reached;
        proposals.push(CustomerContacted({ ...fact.data, reached: counts }));
        break;
      }
      case 'RevisitPlanned': {
        const { zone } = context.policy(companyPolicy);
        const missedAt = revisitMissedAt(fact.data.dueAt, context.policy(contactsPolicy), zone);
        proposals.push(RevisitPlanned({ ...fact.data, missedAt }));
        break;
      }
      case 'RevisitCompleted':
        if (openRevisit(state, fact.data.revisitId) !== undefined) proposals.push(RevisitCompleted(fact.data));
        break;
      case 'RevisitCancelled':
        if (openRevisit(state, fact.data.revisitId) !== undefined) proposals.push(RevisitCancelled(fact.data));
        break;
      default:
        return undefined;
    }
  }
  return { proposals };
}
