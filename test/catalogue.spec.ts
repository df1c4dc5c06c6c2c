import { readFileSync } from 'node:fs';
import { slices } from '#slices/index.js';
import { CATALOGUE, catalogueOf } from '../tools/event-catalogue.js';

it('the catalogue of events is what the slices declare (npm run catalogue)', () => {
  expect(readFileSync(CATALOGUE, 'utf8')).toBe(catalogueOf(slices));
});
