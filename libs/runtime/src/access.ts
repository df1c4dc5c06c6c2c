import type { Actor } from '#kernel/fact.js';
import { Forbidden } from './errors.js';

export const ROLES = ['service', 'analyst', 'auditor', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who may do what. The only place that says so; admin may do everything. */
const GRANTS = {
  /** The route; what a command asks for is looked at command by command. */
  commands: ['service', 'operator'],
  'customers:write': ['service'],
  clock: ['operator'],
  'clock:read': ['service', 'analyst', 'auditor', 'operator'],
  'policies:publish': [],
  policies: ['service', 'analyst', 'auditor'],
  customers: ['service', 'analyst', 'auditor'],
  'read-models': ['service', 'analyst', 'auditor'],
  'what-if': ['analyst'],
  streams: ['auditor'],
  changes: ['service', 'auditor'],
  projections: ['operator'],
  'projections:read': ['analyst', 'auditor', 'operator'],
  health: ['service', 'analyst', 'auditor', 'operator'],
  metrics: ['operator'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type Action = keyof typeof GRANTS;

/** Who a valid token stands for. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
  /** Slices whose commands a service may send; all when left out. */
  readonly scopes?: readonly string[];
}

export const rolesFor = (action: Action): readonly Role[] => [...GRANTS[action], 'admin'];

/** @throws {Forbidden} */
export function demand(action: Action, { role }: Principal): void {
  if (!rolesFor(action).includes(role)) {
    throw new Forbidden(`A token of role ${role} may not do this; it takes ${rolesFor(action).join(' or ')}.`);
  }
}

/** @throws {Forbidden} when the token is for other slices */
export function demandScope(slice: string, { scopes }: Principal): void {
  if (scopes !== undefined && !scopes.includes(slice)) {
    throw new Forbidden(`This token is for ${scopes.join(', ')}, not for commands of ${slice}.`);
  }
}

export const actorOf = ({ name, role }: Principal): Actor => ({
  kind: role === 'service' ? 'service' : 'person',
  id: name,
});

/** What a token must be allowed to do for a command to the deployment. */
const SYSTEM: Readonly<Record<string, Action>> = {
  AdvanceClock: 'clock',
  FixClock: 'clock',
  LiftClock: 'clock',
  PublishPolicy: 'policies:publish',
};

export const isSystemCommand = (type: string): boolean => Object.hasOwn(SYSTEM, type);

export const actionOf = (type: string, slice: string | undefined): Action =>
  slice === undefined ? (SYSTEM[type] ?? 'policies:publish') : 'customers:write';
