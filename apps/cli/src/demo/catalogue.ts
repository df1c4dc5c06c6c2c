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

export const firstNames =
  'Ada Ben Chloe Dev Ella Finn Grace Hugo Iris Jack Kit Lena Max Nora Omar Pia Ravi Sara Tom Una'.split(' ');
export const lastNames =
  'Adams Baker Clark Davies Evans Foster Green Harris Irwin Jones Khan Lewis Moore Nash Owen Patel Reid'.split(' ');

/** Kinds of customers: how often they buy, how much they put into the basket, and how likely they leave after a purchase. */
export const kinds = [
  { name: 'regular', weight: 3, rhythmDays: 21, lines: 2, leaves: 0.03 },
  { name: 'occasional', weight: 4, rhythmDays: 60, lines: 2, leaves: 0.12 },
  { name: 'office', weight: 0.5, rhythmDays: 14, lines: 6, leaves: 0.01 },
  { name: 'gift buyer', weight: 2, rhythmDays: 170, lines: 3, leaves: 0.3 },
  { name: 'visitor', weight: 1.5, rhythmDays: 400, lines: 1, leaves: 0.6 },
] as const;
