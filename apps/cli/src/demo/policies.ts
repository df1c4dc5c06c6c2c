import { startOfDay } from '#kernel/time.js';
import { complaintsPolicy } from '#slices/complaints/complaints.policy.js';
import { contactsPolicy } from '#slices/contacts/contacts.policy.js';
import { loyaltyPolicy } from '#slices/loyalty/loyalty.policy.js';
import { surveysPolicy } from '#slices/surveys/surveys.policy.js';
import { pounds, type DemoPlan } from './story.js';

/** @source gov.uk/bank-holidays, England and Wales */
const holidays = [
  ...['2025-01-01', '2025-04-18', '2025-04-21', '2025-05-05', '2025-05-26', '2025-08-25', '2025-12-25', '2025-12-26'],
  ...['2026-01-01', '2026-04-03', '2026-04-06', '2026-05-04', '2026-05-25'],
];

const complaints = complaintsPolicy.defaults;
const contacts = contactsPolicy.defaults;
const daily = [{ from: '09:00', to: '19:00' }];
const open = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, daily]));

/** What the demo's shop decides for itself; all else is Patron's default. */
const rules: Readonly<Record<string, object>> = {
  loyalty: { ...loyaltyPolicy.defaults, costPerPoint: pounds(1) },
  complaints: {
    ...complaints,
    calendar: { open, holidays },
    causes: ['late parcel', 'damaged', 'wrong item', 'taste', 'billing'],
    remedies: ['apology', 'points', 'refund', 'replacement'],
  },
  surveys: { ...surveysPolicy.defaults, touchpoints: ['delivery', 'store', 'complaint'] },
  contacts: {
    ...contacts,
    revisits: { ...contacts.revisits, afterPurchase: { afterDays: 10, from: { GBP: 400 } } },
  },
};

/** The policies to publish before the story begins, each once. */
export const policiesOf = ({ zone, from }: DemoPlan) => {
  const effectiveFrom = startOfDay(from, zone);
  return Object.entries({ company: { zone, currency: 'GBP' }, ...rules }).map(([name, of]) => ({
    ...{ commandId: `demo-${name}`, type: 'PublishPolicy', body: { name, rules: of, effectiveFrom } },
  }));
};
