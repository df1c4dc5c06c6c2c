import { companyPolicy } from '#kernel/company.policy.js';
import type { Decider } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, type Instant } from '#kernel/time.js';
import type {
  AddContactPoint,
  IdentifyCustomer,
  ProfileCommand,
  RegisterCustomer,
  RemoveContactPoint,
  UpdateProfile,
} from './profiles.commands.js';
import {
  AlreadyRegistered,
  BirthdayAhead,
  ContactPointIdTaken,
  ContactPointNotFound,
  NotAContactPoint,
  ProfileIsFull,
} from './profiles.errors.js';
import {
  ContactPointAdded,
  ContactPointRemoved,
  CustomerIdentified,
  CustomerRegistered,
  IdentityForgotten,
  PROFILE_FIELDS,
  ProfileUpdated,
  type ProfileEvent,
} from './profiles.events.js';
import { contactValue, profilesPolicy } from './profiles.policy.js';
import {
  differences,
  kept,
  newProfile,
  restored,
  valuesOf,
  type Profile,
  type ProfileValues,
} from './profiles.state.js';

export const profiles: Decider<Profile, ProfileCommand, ProfileEvent> = {
  initial: newProfile,
  keep: kept,
  restore: restored,
  evolve: (state, fact) => {
    switch (fact.type) {
      case 'CustomerRegistered': {
        const registration = valuesOf(fact.data);
        return { ...state, registration, values: over(state.values, registration) };
      }
      case 'ProfileUpdated': {
        const changes = fact.data.changed.map((field) => [field, fact.data[field]] as const);
        return { ...state, values: { ...state.values, ...Object.fromEntries(changes) } };
      }
      case 'ContactPointAdded': {
        const { contactPointId } = fact.data;
        const others = state.contactPoints.filter((known) => known.contactPointId !== contactPointId);
        const removed = state.removed.delete(contactPointId);
        return { ...state, contactPoints: [...others, fact.data], removed, added: state.added + 1 };
      }
      case 'ContactPointRemoved': {
        const { contactPointId } = fact.data;
        const contactPoints = state.contactPoints.filter((known) => known.contactPointId !== contactPointId);
        return { ...state, contactPoints, removed: state.removed.set(contactPointId, true) };
      }
      case 'CustomerIdentified':
        return holds(state, fact.data) ? state : { ...state, identities: [...state.identities, fact.data] };
      case 'IdentityForgotten':
        return { ...state, identities: state.identities.filter((known) => !same(known, fact.data)) };
    }
  },
  decide: (command, state, context) => {
    switch (command.type) {
      case 'RegisterCustomer':
        return register(command, state, context);
      case 'UpdateProfile':
        return update(command, state, context);
      case 'AddContactPoint':
        return add(command, state, context);
      case 'RemoveContactPoint':
        return remove(command, state);
      case 'IdentifyCustomer':
        return identify(command, state, context);
      case 'ForgetIdentity': {
        const { system, externalId } = command;
        return holds(state, command) ? [IdentityForgotten({ system, externalId })] : [];
      }
    }
  },
};

interface Identified {
  readonly system: string;
  readonly externalId: string | null;
}
const same = (left: Identified, right: Identified): boolean =>
  left.system === right.system && left.externalId === right.externalId;
const holds = ({ identities }: Profile, wanted: Identified): boolean => identities.some((known) => same(known, wanted));

/** What was said last; a field that a registration leaves out keeps what was known before. */
const over = (known: ProfileValues, said: ProfileValues): ProfileValues =>
  valuesOf(Object.fromEntries(PROFILE_FIELDS.map((field) => [field, said[field] ?? known[field]])));

const counted = ({ language, country }: ProfileValues) => ({ language, country });

function register(command: RegisterCustomer, { registration, values }: Profile, context: Context): readonly Proposal[] {
  const said = valuesOf(command);
  if (registration !== null) {
    if (differences(registration, said).length > 0) throw new AlreadyRegistered();
    return [];
  }
  mustHaveCome(said.birthday, command.at, context);
  return [CustomerRegistered({ ...said, before: counted(values) })];
}

function update(command: UpdateProfile, { values }: Profile, context: Context): readonly Proposal[] {
  const said = PROFILE_FIELDS.filter((field) => command[field] !== undefined);
  const changes = Object.fromEntries(said.map((field) => [field, command[field]]));
  const after = valuesOf({ ...values, ...changes });
  const changed = differences(values, after);
  if (changed.length === 0) return [];
  mustHaveCome(after.birthday, command.at, context);
  const kept = Object.fromEntries(changed.map((field) => [field, after[field]]));
  return [ProfileUpdated({ changed, ...valuesOf(kept), before: counted(values) })];
}

function add(command: AddContactPoint, state: Profile, context: Context): readonly Proposal[] {
  const { kind } = command;
  const value = contactValue(kind, command.value);
  if (value === undefined) throw new NotAContactPoint(kind);
  const named = state.contactPoints.find(({ contactPointId }) => contactPointId === command.contactPointId);
  if (named !== undefined && !(named.kind === kind && named.value === value)) {
    throw new ContactPointIdTaken(named.contactPointId);
  }
  if (state.contactPoints.some((known) => known.kind === kind && known.value === value)) return [];
  const { mostContactPoints } = context.policy(profilesPolicy);
  if (state.contactPoints.length >= mostContactPoints) throw new ProfileIsFull('contact points', mostContactPoints);
  return [ContactPointAdded({ contactPointId: command.contactPointId ?? unused(kind, state), kind, value })];
}

/** `email-1`, `email-2`, …: never one that stands for something, or stood for it. */
function unused(kind: string, { contactPoints, removed, added }: Profile): string {
  for (let number = added + 1; ; number += 1) {
    const id = `${kind}-${number}`;
    if (!removed.has(id) && !contactPoints.some(({ contactPointId }) => contactPointId === id)) return id;
  }
}

function remove({ contactPointId }: RemoveContactPoint, { contactPoints, removed }: Profile): readonly Proposal[] {
  const known = contactPoints.find((candidate) => candidate.contactPointId === contactPointId);
  if (known !== undefined) return [ContactPointRemoved({ contactPointId, kind: known.kind, value: known.value })];
  if (removed.has(contactPointId)) return [];
  throw new ContactPointNotFound(contactPointId);
}

function identify(command: IdentifyCustomer, state: Profile, context: Context): readonly Proposal[] {
  if (holds(state, command)) return [];
  const { mostIdentities } = context.policy(profilesPolicy);
  if (state.identities.length >= mostIdentities) throw new ProfileIsFull('identities', mostIdentities);
  return [CustomerIdentified({ system: command.system, externalId: command.externalId })];
}

/** @throws {BirthdayAhead} */
function mustHaveCome(birthday: string | null, at: Instant, context: Context): void {
  if (birthday !== null && birthday > dayOf(at, context.policy(companyPolicy).zone)) throw new BirthdayAhead();
}
