import { defineFolding } from '#kernel/slice.js';
import { ChannelPreferenceStated, ConsentGranted, ConsentWithdrawn, QuietHoursStated } from './consent.events.js';
import { consentPolicy } from './consent.policy.js';
import { consentPermissions, consentStatus } from './consent.projection.js';

export const consentFolding = defineFolding({
  name: 'consent',
  about: 'Who may be contacted: for what, over which channel, and at what hours.',
  events: [ConsentGranted, ConsentWithdrawn, ChannelPreferenceStated, QuietHoursStated],
  policies: [consentPolicy],
  projections: [consentStatus, consentPermissions],
});
