import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type { BuildFailure, Message } from 'esbuild';
import { ProjectionFileInvalid, wordsOf } from './errors.js';
import * as facade from './replay.js';
import { placeText, shown, SourceLines } from './source-lines.js';

/** The package that such a file imports. */
const PACKAGE = 'patron/replay';

/** What a file exports, and where an error of it comes from. */
export interface ProjectionFile {
  readonly path: string;
  readonly exported: ReadonlyMap<string, unknown>;
  readonly lines: SourceLines;
}

let loaded = 0;

/**
 * Runs a TypeScript or JavaScript file, with what it imports, in this process; types are left out, not checked.
 *
 * @throws {ProjectionFileInvalid} where it is not there, does not parse or fails at once
 */
export async function loadProjectionFile(given: string): Promise<ProjectionFile> {
  const path = resolve(given);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new ProjectionFileInvalid(`There is no file ${given}.`);
  const { code, map } = await built(path);
  loaded += 1;
  const madeName = `patron-projection-${loaded}.cjs`;
  const lines = new SourceLines(madeName, map, dirname(path));
  const own = createRequire(path);
  const module = { exports: {} as Record<string, unknown> };
  const require = (name: string): unknown => (name === PACKAGE ? facade : (own(name) as unknown));
  try {
    const run = compileFunction(code, ['module', 'exports', 'require'], { filename: madeName });
    run(module, module.exports, require);
  } catch (error) {
    const place = lines.placeOf(error);
    throw new ProjectionFileInvalid(`${place === undefined ? shown(path) : placeText(place)}: ${wordsOf(error)}`);
  }
  return { path, exported: new Map(Object.entries(module.exports)), lines };
}

/** One script of a file and what it imports of the analyst's own; loaded when it is needed, for few commands do. */
async function built(path: string): Promise<{ readonly code: string; readonly map: string }> {
  const esbuild = await import('esbuild');
  try {
    const { outputFiles } = await esbuild.build({
      ...{
        entryPoints: [path],
        bundle: true,
        write: false,
        logLevel: 'silent',
        outfile: resolve(dirname(path), 'made.cjs'),
      },
      ...{ format: 'cjs', platform: 'node', target: 'node20', sourcemap: 'external', external: [PACKAGE] },
      tsconfigRaw: '{}', // its paths are for editors
    });
    const textOf = (ending: string): string => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
    return { code: textOf('.cjs'), map: textOf('.map') };
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (errors === undefined) throw error;
    throw new ProjectionFileInvalid(errors.map(said).join('\n'));
  } finally {
    await esbuild.stop();
  }
}

/** @example `my-projection.ts:12:7: Expected ";" but found "x"`, and the line itself */
function said({ text, location }: Message): string {
  if (location === null) return text;
  const { file, line, column, lineText } = location;
  return `${shown(resolve(file))}:${line}:${column + 1}: ${text}\n    ${lineText.trim()}`;
}
