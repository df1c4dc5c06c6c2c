import { startOfDay } from '#kernel/time.js';
import { firstNames, lastNames } from '../catalogue.js';
import type { Chapter } from '../story.js';

const homes: readonly (readonly [
  { readonly language: string; readonly country: string; readonly zone: string },
  number,
])[] = [
  [{ language: 'en', country: 'GB', zone: 'Europe/London' }, 40],
  [{ language: 'en', country: 'IE', zone: 'Europe/Dublin' }, 4],
  [{ language: 'de', country: 'DE', zone: 'Europe/Berlin' }, 2],
  [{ language: 'fr', country: 'FR', zone: 'Europe/Paris' }, 2],
];

/** Numbers that nobody has. @source Ofcom, telephone numbers for use in TV and radio drama: a thousand behind each of these */
const dramaNumbers = [
  ...['+44 7700 900', '+44 1632 960', '+44 114 496 0', '+44 115 496 0', '+44 116 496 0', '+44 117 496 0'],
  ...['+44 118 496 0', '+44 121 496 0', '+44 131 496 0', '+44 141 496 0', '+44 151 496 0', '+44 161 496 0'],
];
const NUMBERS_EACH = 1_000;

/** Of whom a phone is known; there are no numbers for later customers of a very large shop. */
export const hasPhone = (number: number): boolean => number % 3 !== 0 && number < dramaNumbers.length * NUMBERS_EACH;

const phoneOf = (number: number): string =>
  `${dramaNumbers[Math.floor(number / NUMBERS_EACH)] ?? ''}${String(number % NUMBERS_EACH).padStart(3, '0')}`;

/** Somebody makes themselves known, and says how to reach them. */
export const registration: Chapter = ({ plan, customerId, number, registeredOn, dice }) => {
  const random = dice('registration');
  const at = startOfDay(registeredOn, plan.zone);
  const name = `${random.pick(firstNames)} ${random.pick(lastNames)}`;
  const home = random.weighted(homes);
  const birthday = random.chance(0.3)
    ? { birthday: `${random.whole(1945, 2004)}-0${random.whole(1, 9)}-${random.whole(10, 28)}` }
    : {};
  const reached = (kind: string, value: string) => ({
    ...{ command: 'AddContactPoint', commandId: `${customerId}-${kind}`, customerId, at },
    ...{ contactPointId: kind, kind, value },
  });
  return [
    { command: 'RegisterCustomer', commandId: `${customerId}-register`, customerId, at, name, ...home, ...birthday },
    reached('email', `${customerId}@example.com`),
    ...(hasPhone(number) ? [reached('phone', phoneOf(number))] : []),
  ];
};
