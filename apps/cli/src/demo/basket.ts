import { products } from './catalogue.js';
import type { Random } from './random.js';
import { pounds, type Line } from './story.js';

const weights = products.map(({ sku, weight }) => [sku, weight] as const);
const prices = new Map<string, number>(products.map(({ sku, price }) => [sku, price]));
const quantities: readonly (readonly [number, number])[] = [
  [1, 6],
  [2, 3],
  [4, 1],
];

/** What is put into a basket: different articles, mostly one or two of each. */
export function basket(usualLines: number, random: Random): readonly Line[] {
  const skus = new Set<string>();
  const lines = Math.max(1, Math.round(random.around(usualLines, 0.4)));
  while (skus.size < Math.min(lines, products.length)) skus.add(random.weighted(weights));
  return [...skus].map((sku, index) => ({
    ...{ lineId: String(index + 1), sku, quantity: random.weighted(quantities) },
    unitPrice: pounds(prices.get(sku) ?? 0),
  }));
}

export const penceOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.units, 0);
