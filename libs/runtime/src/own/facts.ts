import type { EventDefinition, EventOf } from '#kernel/event.js';
import * as system from '#kernel/system.events.js';
import * as complaints from '#slices/complaints/complaints.events.js';
import * as consent from '#slices/consent/consent.events.js';
import * as contacts from '#slices/contacts/contacts.events.js';
import * as loyalty from '#slices/loyalty/loyalty.events.js';
import * as profiles from '#slices/profiles/profiles.events.js';
import * as purchases from '#slices/purchases/purchases.events.js';
import * as retention from '#slices/retention/retention.events.js';
import * as surveys from '#slices/surveys/surveys.events.js';
import * as value from '#slices/value/value.events.js';

const modules = { ...system, ...complaints, ...consent, ...contacts, ...loyalty, ...profiles, ...purchases };
const all = { ...modules, ...retention, ...surveys, ...value };

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever its data
type Definition<Type extends string> = EventDefinition<Type, any>;
type Definitions = {
  readonly [
    Name in keyof typeof all as (typeof all)[Name] extends Definition<string> ? Name : never
  ]: (typeof all)[Name];
};

/** Every fact there is, by its type: `Facts['PurchaseRecorded']`. */
export type Facts = {
  readonly [Name in keyof Definitions as Definitions[Name] extends Definition<infer Type> ? Type : never]: EventOf<
    Definitions[Name]
  >;
};
export type FactType = keyof Facts;
/** The fact of a type, `FactOf<'PurchaseRecorded'>`; of several it is any of them. */
export type FactOf<Type extends FactType> = Facts[Type];

const isDefinition = (exported: unknown): boolean => typeof exported === 'function' && 'read' in exported;

/** The definition of every fact, by its type: what `context.latest` is asked with. */
export const events = Object.fromEntries(
  Object.entries(all).filter(([, exported]) => isDefinition(exported)),
) as unknown as Definitions;
