import type { Personal } from '#kernel/parse.js';
import { names } from '#kernel/leaf.js';
import type { Shelf } from '#kernel/shelf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import { PROFILE_FIELDS, type ContactKind, type ProfileField } from './profiles.events.js';

/** What is known of a customer; null where nothing is, or where its key was destroyed. */
export type ProfileValues = Readonly<Record<ProfileField, Personal<string>>>;

export interface ContactPoint {
  readonly contactPointId: string;
  readonly kind: ContactKind;
  readonly value: Personal<string>;
}

export interface Identity {
  readonly system: string;
  readonly externalId: Personal<string>;
}

export interface Profile {
  /** As it was said when the customer was registered; null before. */
  readonly registration: ProfileValues | null;
  /** As it is now. */
  readonly values: ProfileValues;
  /** As many as the policy allows. */
  readonly contactPoints: readonly ContactPoint[];
  readonly identities: readonly Identity[];
  /** Ids of contact points that were removed. */
  readonly removed: Sorted<true>;
  /** How many contact points were ever added. */
  readonly added: number;
}

const nothing: ProfileValues = { name: null, birthday: null, language: null, zone: null, country: null };

export const newProfile: Profile = {
  ...{ registration: null, values: nothing, contactPoints: [], identities: [] },
  ...{ removed: Sorted.empty(), added: 0 },
};

type ValuesRow = readonly [name: Said, birthday: Said, language: Said, zone: Said, country: Said];
type Said = Personal<string>;
type Kept = readonly [
  ...said: readonly [registration: ValuesRow | null, values: ValuesRow],
  ...listed: readonly [contactPoints: Profile['contactPoints'], identities: Profile['identities'], removed: KeptSorted],
  added: number,
];

/** What a snapshot keeps: rows without names. */
export const kept = (
  { registration, values, contactPoints, identities, removed, added }: Profile,
  shelf: Shelf,
): Kept => [
  registration && rowOf(registration),
  rowOf(values),
  contactPoints,
  identities,
  removed.kept(shelf, names),
  added,
];

/** State from a snapshot, see `kept`. */
export function restored(json: unknown, shelf: Shelf): Profile {
  const [registration, values, contactPoints, identities, removed, added] = json as Kept;
  return {
    registration: registration && valuesIn(registration),
    values: valuesIn(values),
    contactPoints,
    identities,
    removed: Sorted.restored(removed, shelf, names),
    added,
  };
}

const rowOf = ({ name, birthday, language, zone, country }: ProfileValues): ValuesRow => [
  name,
  birthday,
  language,
  zone,
  country,
];
const valuesIn = ([name, birthday, language, zone, country]: ValuesRow): ProfileValues => ({
  name,
  birthday,
  language,
  zone,
  country,
});

/** The fields as they were said, null where they were left out. */
export const valuesOf = (said: Partial<Record<ProfileField, string | null | undefined>>): ProfileValues => ({
  name: said.name ?? null,
  birthday: said.birthday ?? null,
  language: said.language ?? null,
  zone: said.zone ?? null,
  country: said.country ?? null,
});

/** Fields in which two profiles differ. */
export const differences = (left: ProfileValues, right: ProfileValues): readonly ProfileField[] =>
  PROFILE_FIELDS.filter((field) => left[field] !== right[field]);
