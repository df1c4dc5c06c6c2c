import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { MANIFEST, manifestText, readManifest } from './manifest.js';

const manifest = (name: string) => ({
  ...{ format: 1, madeAt: '2026-03-02T10:00:00.000Z', storeId: 's', position: 1, facts: 1, sealed: {}, opened: null },
  files: [{ name, bytes: 1, sha256: '0' }],
});

describe('what a backup says of itself', () => {
  const folder = tempFolder();
  const written = (name: string): string => {
    writeFileSync(join(folder(), MANIFEST), manifestText(manifest(name)));
    return folder();
  };

  it('names files that lie in it', () => {
    expect(readManifest(written('log.db')).files).toHaveLength(1);
  });

  it.each(['../log.db', '/etc/passwd', 'a/b', '..', ''])(
    'is refused where it names %j: nothing is copied from there, or to there',
    (name) => {
      expect(() => readManifest(written(name))).toThrow('which lies elsewhere');
    },
  );
});
