import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONFIG = 'tsconfig.json';

/** True where an editor finds the types of `patron/replay` from a folder by itself. */
export function findsTypes(folder: string): boolean {
  try {
    return createRequire(join(folder, 'x.js')).resolve('patron/replay') !== '';
  } catch {
    return false;
  }
}

/** The nearest configuration of TypeScript that governs a folder. */
export function configOver(folder: string): string | undefined {
  const here = join(folder, CONFIG);
  if (existsSync(here)) return here;
  const above = dirname(folder);
  return above === folder ? undefined : configOver(above);
}

/** One that lets an editor, and `tsc`, find the types of this very Patron. */
export function configText(): string {
  const types = fileURLToPath(new URL('../../../../libs/runtime/src/own/replay.d.ts', import.meta.url));
  const checked = { target: 'ES2023', module: 'ESNext', moduleResolution: 'Bundler', strict: true, noEmit: true };
  const compilerOptions = { ...checked, allowJs: true, checkJs: true, skipLibCheck: true, types: [] };
  return `${JSON.stringify({ compilerOptions: { ...compilerOptions, paths: { 'patron/replay': [types] } } }, null, 2)}\n`;
}
