import { defineSlice } from '#kernel/slice.js';
import { ComplaintRaised, ComplaintResolved } from '../complaints/complaints.events.js';
import { ConsentGranted, ConsentWithdrawn, QuietHoursStated } from '../consent/consent.events.js';
import { CustomerRegistered, ProfileUpdated } from '../profiles/profiles.events.js';
import { PurchaseRecorded, PurchaseVoided } from '../purchases/purchases.events.js';
import { channelPerformance, contactResponses } from './contacts.channels.projection.js';
import { CancelRevisit, CompleteRevisit, PlanRevisit, RecordContact } from './contacts.commands.js';
import { contacts } from './contacts.decider.js';
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
import { contactsWords } from './contacts.words.js';

export const contactsSlice = defineSlice({
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
  commands: [RecordContact, PlanRevisit, CompleteRevisit, CancelRevisit],
  policies: [contactsPolicy],
  decider: contacts,
  listens: [ConsentGranted, ConsentWithdrawn, QuietHoursStated, CustomerRegistered, ProfileUpdated],
  reactsTo: [PurchaseRecorded, PurchaseVoided, ComplaintRaised, ComplaintResolved],
  projections: [contactTimeline, contactResponses, channelPerformance, revisits],
  words: contactsWords,
});
