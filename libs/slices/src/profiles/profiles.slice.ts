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
import { ContactPointAdded, CustomerIdentified } from './profiles.events.js';
import { contactClaims, externalClaims, identityFrom } from './profiles.policy.js';
import { profilesWords } from './profiles.words.js';
import { profilesFolding } from './profiles.folding.js';

type ContactData = ContactPointAdded['data'];
type IdentityData = CustomerIdentified['data'];

const claimedByContact = ({ kind, value }: ContactData) => contactClaims(kind, value);
const claimedByIdentity = ({ system, externalId }: IdentityData) => externalClaims(system, externalId);

export const profilesSlice = defineSlice({
  ...profilesFolding,
  commands: [RegisterCustomer, UpdateProfile, AddContactPoint, RemoveContactPoint, IdentifyCustomer, ForgetIdentity],
  decider: profiles,
  stateVersion: 3, // snapshots keep rows without names
  claims: { ContactPointAdded: claimedByContact, CustomerIdentified: claimedByIdentity },
  releases: { ContactPointRemoved: claimedByContact, IdentityForgotten: claimedByIdentity },
  identityFrom,
  words: profilesWords,
});
