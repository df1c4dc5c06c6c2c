import { readFileSync } from 'node:fs';
import { profilesSlice } from './profiles.slice.js';

interface Stored {
  readonly type: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}
const golden = JSON.parse(readFileSync(new URL('profiles.golden.json', import.meta.url), 'utf8')) as readonly Stored[];

describe('stored bodies of profiles', () => {
  it.each(golden)('reads $type version $version as it was meant', ({ type, version, data }) => {
    const definition = profilesSlice.events.find((event) => event.type === type);
    expect(definition?.read(version, data)).toEqual(data);
  });

  it.each(golden)('reads $type without its personal fields, as after an erasure', ({ type, version, data }) => {
    const definition = profilesSlice.events.find((event) => event.type === type);
    const erased = Object.fromEntries((definition?.personal ?? []).map((field) => [field, null]));
    expect(definition?.read(version, { ...data, ...erased })).toEqual({ ...data, ...erased });
  });

  it('has one of every version of every event', () => {
    const all = profilesSlice.events.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => `${type} ${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type} ${version}`)).toEqual(all);
  });
});
