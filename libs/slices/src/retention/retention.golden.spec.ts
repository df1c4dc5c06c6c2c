import { readFileSync } from 'node:fs';
import { retentionSlice } from './retention.slice.js';

interface Stored {
  readonly type: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}
const golden = JSON.parse(readFileSync(new URL('retention.golden.json', import.meta.url), 'utf8')) as readonly Stored[];
const definitionOf = (type: string) => retentionSlice.events.find((event) => event.type === type);

describe('stored bodies of retention', () => {
  it.each(golden)('reads $type version $version as it was meant', ({ type, version, data }) => {
    expect(definitionOf(type)?.read(version, data)).toEqual(data);
  });
  it.each(golden)('reads $type without its personal fields, as after an erasure', ({ type, version, data }) => {
    const erased = Object.fromEntries((definitionOf(type)?.personal ?? []).map((field) => [field, null]));
    expect(definitionOf(type)?.read(version, { ...data, ...erased })).toEqual({ ...data, ...erased });
  });
  it('has one body for every version of every event', () => {
    const all = retentionSlice.events.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => `${type} ${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type} ${version}`)).toEqual(all);
  });
});
