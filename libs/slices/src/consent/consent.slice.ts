import { defineSlice } from '#kernel/slice.js';
import { GrantConsent, StateChannelPreference, StateQuietHours, WithdrawConsent } from './consent.commands.js';
import { consent } from './consent.decider.js';
import { ChannelPreferenceStated, ConsentGranted, ConsentWithdrawn, QuietHoursStated } from './consent.events.js';
import { consentPolicy } from './consent.policy.js';
import { consentPermissions, consentStatus } from './consent.projection.js';

export const consentSlice = defineSlice({
  name: 'consent',
  about: 'Who may be contacted: for what, over which channel, and at what hours.',
  events: [ConsentGranted, ConsentWithdrawn, ChannelPreferenceStated, QuietHoursStated],
  commands: [GrantConsent, WithdrawConsent, StateChannelPreference, StateQuietHours],
  policies: [consentPolicy],
  decider: consent,
  projections: [consentStatus, consentPermissions],
});
