import { defineFolding } from '#kernel/slice.js';
import {
  ContactPointAdded,
  ContactPointRemoved,
  CustomerIdentified,
  CustomerRegistered,
  IdentityForgotten,
  ProfileUpdated,
} from './profiles.events.js';
import { profilesPolicy } from './profiles.policy.js';
import { customerCard } from './profiles.projection.js';
import { customerSegments } from './profiles.segments.projection.js';

export const profilesFolding = defineFolding({
  name: 'profiles',
  about: 'Who a customer is, how to reach them, and under which ids other systems know them.',
  events: [
    CustomerRegistered,
    ProfileUpdated,
    ContactPointAdded,
    ContactPointRemoved,
    CustomerIdentified,
    IdentityForgotten,
  ],
  policies: [profilesPolicy],
  projections: [customerCard, customerSegments],
});
