import { readFileSync } from 'node:fs';
import { surveysSlice } from './surveys.slice.js';

interface Golden {
  readonly type: string;
  readonly version: number;
  readonly stored: Record<string, unknown>;
  readonly read: Record<string, unknown>;
}

describe('stored bodies of surveys', () => {
  const golden = JSON.parse(readFileSync(new URL('surveys.golden.json', import.meta.url), 'utf8')) as Golden[];
  const definitionOf = (type: string) => surveysSlice.events.find((event) => event.type === type);

  it.each(golden)('$type $version is read', ({ type, version, stored, read }) => {
    expect(definitionOf(type)?.read(version, stored)).toEqual(read);
  });
  it.each(golden)('$type $version is read after its customer was erased', ({ type, version, stored, read }) => {
    const sealed = Object.fromEntries((definitionOf(type)?.personal ?? []).map((field) => [field, null]));
    expect(definitionOf(type)?.read(version, { ...stored, ...sealed })).toEqual({ ...read, ...sealed });
  });
  it('are there for every version', () => {
    const versions = surveysSlice.events.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => `${type} ${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type} ${version}`).sort()).toEqual(versions.sort());
  });
});
