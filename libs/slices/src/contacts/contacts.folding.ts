import { defineFolding } from '#kernel/slice.js';
import { channelPerformance, contactResponses } from './contacts.channels.projection.js';
import {
  ContactConversionUndone,
  ContactConverted,
  CustomerContacted,
  RevisitCancelled,
  RevisitCompleted,
  RevisitMissed,
  RevisitPlanned,
} from './contacts.events.js';
import { contactsPolicy } from './contacts.policy.js';
import { revisits } from './contacts.revisits.projection.js';
import { contactTimeline } from './contacts.timeline.projection.js';

export const contactsFolding = defineFolding({
  name: 'contacts',
  about: 'Contacts with customers, what came of them, and the revisits that are planned.',
  events: [
    CustomerContacted,
    ContactConverted,
    ContactConversionUndone,
    RevisitPlanned,
    RevisitCompleted,
    RevisitCancelled,
    RevisitMissed,
  ],
  policies: [contactsPolicy],
  projections: [contactTimeline, contactResponses, channelPerformance, revisits],
});
