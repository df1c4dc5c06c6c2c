import type { Slice } from '#kernel/slice.js';
import { complaintsFolding } from './complaints/complaints.folding.js';
import { consentFolding } from './consent/consent.folding.js';
import { contactsFolding } from './contacts/contacts.folding.js';
import { lifecycleFolding } from './lifecycle/lifecycle.folding.js';
import { loyaltyFolding } from './loyalty/loyalty.folding.js';
import { profilesFolding } from './profiles/profiles.folding.js';
import { purchasesFolding } from './purchases/purchases.folding.js';
import { retentionFolding } from './retention/retention.folding.js';
import { surveysFolding } from './surveys/surveys.folding.js';
import { valueFolding } from './value/value.folding.js';

const all = [
  profilesFolding,
  purchasesFolding,
  lifecycleFolding,
  valueFolding,
  loyaltyFolding,
  consentFolding,
  contactsFolding,
  complaintsFolding,
  surveysFolding,
  retentionFolding,
];

/** Every slice, in the order of `slices`, as far as folding needs it: who folds loads neither commands, with their validation, nor deciders. */
export const folding: readonly Slice[] = all.map((slice) => ({ ...slice, commands: [] }));
