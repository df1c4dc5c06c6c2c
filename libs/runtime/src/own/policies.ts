import { companyPolicy } from '#kernel/company.policy.js';
import { complaintsPolicy } from '#slices/complaints/complaints.policy.js';
import { consentPolicy } from '#slices/consent/consent.policy.js';
import { contactsPolicy } from '#slices/contacts/contacts.policy.js';
import { lifecyclePolicy } from '#slices/lifecycle/lifecycle.policy.js';
import { loyaltyPolicy } from '#slices/loyalty/loyalty.policy.js';
import { profilesPolicy } from '#slices/profiles/profiles.policy.js';
import { purchasesPolicy } from '#slices/purchases/purchases.policy.js';
import { retentionPolicy } from '#slices/retention/retention.policy.js';
import { surveysPolicy } from '#slices/surveys/surveys.policy.js';
import { valuePolicy } from '#slices/value/value.policy.js';

/** Every policy, by its name: `context.policy(policies.company).zone` is what was in force for the fact at hand. */
export const policies = {
  company: companyPolicy,
  complaints: complaintsPolicy,
  consent: consentPolicy,
  contacts: contactsPolicy,
  lifecycle: lifecyclePolicy,
  loyalty: loyaltyPolicy,
  profiles: profilesPolicy,
  purchases: purchasesPolicy,
  retention: retentionPolicy,
  surveys: surveysPolicy,
  value: valuePolicy,
} as const;
