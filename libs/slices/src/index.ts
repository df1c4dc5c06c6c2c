import type { Slice } from '#kernel/slice.js';
import { complaintsSlice } from './complaints/complaints.slice.js';
import { consentSlice } from './consent/consent.slice.js';
import { contactsSlice } from './contacts/contacts.slice.js';
import { lifecycleSlice } from './lifecycle/lifecycle.slice.js';
import { loyaltySlice } from './loyalty/loyalty.slice.js';
import { profilesSlice } from './profiles/profiles.slice.js';
import { purchasesSlice } from './purchases/purchases.slice.js';
import { retentionSlice } from './retention/retention.slice.js';
import { surveysSlice } from './surveys/surveys.slice.js';
import { valueSlice } from './value/value.slice.js';

/** Every slice of the product. A new one is a folder beside the others and a line here. */
export const slices: readonly Slice[] = [
  profilesSlice,
  purchasesSlice,
  lifecycleSlice,
  valueSlice,
  loyaltySlice,
  consentSlice,
  contactsSlice,
  complaintsSlice,
  surveysSlice,
  retentionSlice,
];
