/** What the demo's shop sells: a small roastery with a web shop and two stores. Prices in pence. */
export const products = [
  { sku: 'espresso-250', price: 890, weight: 8 },
  { sku: 'filter-250', price: 950, weight: 8 },
  { sku: 'decaf-250', price: 920, weight: 3 },
  { sku: 'single-origin-250', price: 1290, weight: 4 },
  { sku: 'house-blend-1kg', price: 2790, weight: 4 },
  { sku: 'filter-papers', price: 450, weight: 3 },
  { sku: 'mug', price: 1200, weight: 2 },
  { sku: 'hand-grinder', price: 5900, weight: 1 },
  { sku: 'espresso-machine', price: 38900, weight: 0.15 },
  { sku: 'gift-box', price: 3400, weight: 1 },
] as const;

export const channels: readonly (readonly [string, number])[] = [
  ['web', 6],
  ['store', 3],
  ['phone', 1],
];

/** How business goes by month, January first: gifts in winter, quiet in summer. */
export const season = [0.8, 0.85, 0.95, 1, 1, 0.9, 0.75, 0.75, 1, 1.1, 1.5, 1.9] as const;

/** Of the parcels of a month, so many come late, January first: carriers are overrun before Christmas. */
export const lateShare = [0.08, 0.04, 0.03, 0.03, 0.03, 0.03, 0.04, 0.04, 0.03, 0.05, 0.1, 0.2] as const;

/** When the shop writes to all who want it, and what about. */
export const campaigns = [
  { day: '2025-02-20', name: 'spring-roast-2025' },
  { day: '2025-05-15', name: 'cold-brew-2025' },
  { day: '2025-09-11', name: 'harvest-2025' },
  { day: '2025-11-20', name: 'gifts-2025' },
  { day: '2026-02-19', name: 'spring-roast-2026' },
  { day: '2026-05-14', name: 'cold-brew-2026' },
] as const;

export const agents = ['ana', 'kim', 'lee', 'sam'] as const;

/** What a contact costs, in pence: a person's time on the phone, a letter's postage, next to nothing for an e-mail. */
export const costs = { phone: 450, email: 35, sms: 8, post: 165, social: 60 } as const;

export const firstNames =
  'Ada Ben Chloe Dev Ella Finn Grace Hugo Iris Jack Kit Lena Max Nora Omar Pia Ravi Sara Tom Una'.split(' ');
export const lastNames =
  'Adams Baker Clark Davies Evans Foster Green Harris Irwin Jones Khan Lewis Moore Nash Owen Patel Reid'.split(' ');

/** Kinds of customers: how often they buy, how much they put into the basket, and how likely they leave after a purchase. */
export const kinds = [
  { name: 'regular', weight: 3, rhythmDays: 21, lines: 2, leaves: 0.03 },
  { name: 'occasional', weight: 4, rhythmDays: 60, lines: 2, leaves: 0.12 },
  { name: 'office', weight: 0.5, rhythmDays: 14, lines: 6, leaves: 0.01 },
  { name: 'café', weight: 0.7, rhythmDays: 100, lines: 8, leaves: 0.05 },
  { name: 'gift buyer', weight: 2, rhythmDays: 170, lines: 3, leaves: 0.3 },
  { name: 'visitor', weight: 1.5, rhythmDays: 400, lines: 1, leaves: 0.6 },
] as const;
