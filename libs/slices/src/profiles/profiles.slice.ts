import { defineSlice } from '#kernel/slice.js';
import {
  AddContactPoint,
  ForgetIdentity,
  IdentifyCustomer,
  RegisterCustomer,
  RemoveContactPoint,
  UpdateProfile,
} from './profiles.commands.js';
import { profiles } from './profiles.decider.js';
import {
  ContactPointAdded,
  ContactPointRemoved,
  CustomerIdentified,
  CustomerRegistered,
  IdentityForgotten,
  ProfileUpdated,
} from './profiles.events.js';
import { contactClaims, externalClaims, identityFrom, profilesPolicy } from './profiles.policy.js';
import { customerCard } from './profiles.projection.js';
import { customerSegments } from './profiles.segments.projection.js';
import { profilesWords } from './profiles.words.js';

type ContactData = ContactPointAdded['data'];
type IdentityData = CustomerIdentified['data'];

const claimedByContact = ({ kind, value }: ContactData) => contactClaims(kind, value);
const claimedByIdentity = ({ system, externalId }: IdentityData) => externalClaims(system, externalId);

export const profilesSlice = defineSlice({
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
  commands: [RegisterCustomer, UpdateProfile, AddContactPoint, RemoveContactPoint, IdentifyCustomer, ForgetIdentity],
  policies: [profilesPolicy],
  decider: profiles,
  claims: { ContactPointAdded: claimedByContact, CustomerIdentified: claimedByIdentity },
  releases: { ContactPointRemoved: claimedByContact, IdentityForgotten: claimedByIdentity },
  identityFrom,
  projections: [customerCard, customerSegments],
  words: profilesWords,
});
