import { defineSlice } from '#kernel/slice.js';
import { GrantConsent, StateChannelPreference, StateQuietHours, WithdrawConsent } from './consent.commands.js';
import { consent } from './consent.decider.js';
import { consentFolding } from './consent.folding.js';

export const consentSlice = defineSlice({
  ...consentFolding,
  commands: [GrantConsent, WithdrawConsent, StateChannelPreference, StateQuietHours],
  decider: consent,
});
