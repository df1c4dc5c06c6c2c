import { defineSlice } from '#kernel/slice.js';
import { ComplaintRaised, ComplaintResolved } from '../complaints/complaints.events.js';
import { ConsentGranted, ConsentWithdrawn, QuietHoursStated } from '../consent/consent.events.js';
import { CustomerRegistered, ProfileUpdated } from '../profiles/profiles.events.js';
import { PurchaseRecorded, PurchaseVoided } from '../purchases/purchases.events.js';
import { CancelRevisit, CompleteRevisit, PlanRevisit, RecordContact } from './contacts.commands.js';
import { contacts } from './contacts.decider.js';
import { contactsWords } from './contacts.words.js';
import { contactsFolding } from './contacts.folding.js';

export const contactsSlice = defineSlice({
  ...contactsFolding,
  commands: [RecordContact, PlanRevisit, CompleteRevisit, CancelRevisit],
  decider: contacts,
  stateVersion: 3, // snapshots keep rows without names
  listens: [ConsentGranted, ConsentWithdrawn, QuietHoursStated, CustomerRegistered, ProfileUpdated],
  reactsTo: [PurchaseRecorded, PurchaseVoided, ComplaintRaised, ComplaintResolved],
  words: contactsWords,
});
