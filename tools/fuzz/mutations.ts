import * as fc from 'fast-check';
import { hostile, hostileNames, jsonText, oversized } from './hostile.js';

/** What is done to one field of a body, or to its text. */
type Mutation = (body: unknown) => unknown;
type Place = { readonly holder: Record<string, unknown>; readonly name: string };

const replaced = (at: number, value: unknown): Mutation => atPlace(at, ({ holder, name }) => (holder[name] = value));
const removed = (at: number): Mutation => atPlace(at, ({ holder, name }) => Reflect.deleteProperty(holder, name));
const repeated = (at: number, times: number): Mutation =>
  atPlace(at, ({ holder, name }) => (holder[name] = Array.from({ length: times }, () => holder[name])));
const nested = (at: number): Mutation => atPlace(at, ({ holder, name }) => (holder[name] = { [name]: holder[name] }));
const added = (at: number, unknown: string, value: unknown): Mutation =>
  atPlace(at, ({ holder }) => {
    if (Array.isArray(holder)) holder.push(value);
    else Object.defineProperty(holder, unknown, { value, enumerable: true, configurable: true, writable: true });
  });

const place = fc.nat(200);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 60, arbitrary: fc.tuple(place, hostile).map(([at, value]) => replaced(at, value)) },
  { weight: 15, arbitrary: place.map(removed) },
  { weight: 8, arbitrary: fc.tuple(place, fc.constantFrom(0, 1, 2, 501)).map(([at, times]) => repeated(at, times)) },
  { weight: 8, arbitrary: place.map(nested) },
  { weight: 15, arbitrary: fc.tuple(place, hostileNames, hostile).map(([at, name, value]) => added(at, name, value)) },
  { weight: 1, arbitrary: fc.tuple(place, oversized).map(([at, value]) => replaced(at, value)) },
);

/** Bodies one or two steps away from what holds, as JSON text that may be none. */
export const mutated = (valid: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc
    .tuple(valid, fc.array(mutation, { maxLength: 2 }), torn)
    .map(([body, mutations, tear]) => tear(jsonText(mutations.reduce<unknown>((now, mutate) => mutate(now), body))));

const torn: fc.Arbitrary<(text: string) => string> = fc.oneof(
  { weight: 30, arbitrary: fc.constant((text: string) => text) },
  { weight: 1, arbitrary: fc.nat(400).map((at) => (text: string) => text.slice(0, at)) },
  { weight: 1, arbitrary: fc.constant((text: string) => text.replace('{', '{"customerId":"c-1",')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\ufeff', ' ', '[', '"', '{}').map((front) => (text: string) => front + text),
  },
  { weight: 1, arbitrary: fc.constantFrom(',', '}', '\u0000', '{}', '\n').map((end) => (text: string) => text + end) },
);

/** Does something at the nth field of a body, counted in depth. */
function atPlace(at: number, change: (place: Place) => unknown): Mutation {
  return (body) => {
    const copy: unknown = structuredClone(body);
    const places = [...placesOf(copy)];
    const chosen = places[at % Math.max(1, places.length)];
    if (chosen !== undefined) change(chosen);
    return copy;
  };
}

function* placesOf(value: unknown): Generator<Place> {
  if (value === null || typeof value !== 'object') return;
  for (const name of Object.keys(value)) {
    yield { holder: value as Record<string, unknown>, name };
    yield* placesOf((value as Record<string, unknown>)[name]);
  }
}
