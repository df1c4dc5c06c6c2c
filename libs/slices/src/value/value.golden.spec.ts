import { readFileSync } from 'node:fs';
import { valueSlice } from './value.slice.js';

interface Stored {
  readonly type: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}
const golden = JSON.parse(readFileSync(new URL('value.golden.json', import.meta.url), 'utf8')) as readonly Stored[];

describe('stored bodies of value', () => {
  it.each(golden)('reads $type version $version as it was meant', ({ type, version, data }) => {
    const definition = valueSlice.events.find((event) => event.type === type);
    expect(definition?.read(version, data)).toEqual(data);
  });

  it('has one of every version of every event', () => {
    const all = valueSlice.events.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => `${type} ${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type} ${version}`)).toEqual(all);
  });
});
