import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

/** What the cruiser, run in `folder` with this repository's rules, objects to: "rule: file". */
function violationsIn(folder: string): readonly string[] {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cruiser, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', '.'];
  const run = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (!run.stdout.startsWith('{')) throw new Error(`dependency-cruiser did not run: ${run.stderr}${run.stdout}`);
  const { summary } = JSON.parse(run.stdout) as { summary: { violations: readonly Violation[] } };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

const plant = (...imports: readonly string[]) => imports.map((from) => `import '${from}';\n`).join('');

/** Every rule with files that break it; the first file named is the one reported. */
const forbidden: readonly (readonly [rule: string, file: string, body: string])[] = [
  ['kernel-imports-kernel-only', 'libs/kernel/src/a.ts', plant('#engine/good.js')],
  ['kernel-imports-kernel-only', 'libs/kernel/src/b.ts', plant('node:crypto')],
  ['kernel-imports-kernel-only', 'libs/kernel/src/c.ts', plant('rxjs')],
  [
    'kernel-commands-import-kernel-and-class-validator-only',
    'libs/kernel/src/d.commands.ts',
    plant('class-transformer'),
  ],
  ['slices-import-kernel-and-public-files', 'libs/slices/src/one/a.ts', plant('#slices/two/two.decider.js')],
  ['slices-import-kernel-and-public-files', 'libs/slices/src/one/b.ts', plant('../two/two.decider.js')],
  ['slices-import-kernel-and-public-files', 'libs/slices/src/one/c.ts', plant('#engine/good.js')],
  ['slices-import-kernel-and-public-files', 'libs/slices/src/one/d.ts', "export type T = import('#engine/good.js').T;"],
  ['slice-list-imports-descriptors-only', 'libs/slices/src/index.ts', plant('./two/two.decider.js')],
  ['folding-loads-no-commands', 'libs/slices/src/two/two.folding.ts', plant('./two.between.js')],
  ['engine-imports-kernel-and-node-only', 'libs/engine/src/a.ts', plant('@nestjs/common')],
  ['engine-imports-kernel-and-node-only', 'libs/engine/src/b.ts', plant('#slices/two/two.events.js')],
  ['adapters-import-kernel-and-their-technology-only', 'libs/adapters/src/embedded/a.ts', plant('../memory/good.js')],
  ['adapters-import-kernel-and-their-technology-only', 'libs/adapters/src/embedded/b.ts', plant('#engine/good.js')],
  ['libs-import-no-app', 'libs/runtime/src/a.ts', plant('../../../apps/server/src/good.js')],
  ['apps-import-runtime-engine-kernel-slices-only', 'apps/cli/src/a.ts', plant('#adapters/memory/good.js')],
  ['apps-import-runtime-engine-kernel-slices-only', 'apps/cli/src/b.ts', plant('../../server/src/good.js')],
  ['console-imports-itself-only', 'apps/console/src/a.ts', plant('#kernel/good.js')],
  ['testing-is-for-tests', 'libs/runtime/src/b.ts', plant('#testing/good.js')],
  ['testing-is-for-tests', 'tools/a.ts', plant('#testing/good.js')],
  ['domain-imports-no-node-module', 'libs/slices/src/one/one.decider.ts', plant('node:crypto')],
  ['domain-imports-no-node-module', 'libs/slices/src/one/one.commands.ts', plant('node:fs')],
  ['domain-imports-no-package', 'libs/slices/src/one/one.events.ts', plant('rxjs')],
  ['domain-imports-no-package', 'libs/slices/src/one/one.policy.ts', plant('class-validator')],
  ['commands-import-class-validator-only', 'libs/slices/src/two/two.commands.ts', plant('class-transformer')],
  ['no-barrels', 'libs/slices/src/one/index.ts', "export * from './good.js';"],
  ['no-barrels', 'libs/adapters/src/embedded/index.ts', "export * from './good.js';"],
  ['no-imports-of-barrels', 'libs/adapters/src/embedded/c.ts', plant('./index.js')],
  ['eventstoredb-driver-in-its-adapter-only', 'libs/runtime/src/c.ts', plant('@eventstore/db-client')],
  ['mongodb-driver-in-its-adapter-only', 'libs/adapters/src/embedded/d.ts', "export const driver = import('mongodb');"],
  ['server-adapters-load-on-demand', 'libs/runtime/src/d.ts', plant('#adapters/mongodb/good.js')],
  ['no-cycles', 'libs/engine/src/c.ts', plant('./d.js')],
  ['imports-resolve-to-sources', 'libs/runtime/src/e.ts', plant('#kernel/absent.js')],
];

/** What the rules must let pass: no rule may name one of these files. */
const allowed: Readonly<Record<string, string>> = {
  'libs/kernel/src/good.ts': 'export const good = 1;',
  'libs/kernel/src/good.commands.ts': plant('class-validator', './good.js'),
  'libs/engine/src/good.ts': `${plant('#kernel/good.js', 'node:fs')}export type T = 1;`,
  'libs/engine/src/d.ts': plant('./c.js'),
  'libs/slices/src/one/good.ts': plant('#kernel/good.js', '#slices/two/two.events.js', '../two/two.policy.js'),
  'libs/slices/src/one/good.commands.ts': plant('class-validator', '#kernel/good.js'),
  'libs/slices/src/one/good.spec.ts': plant('#testing/good.js', '#engine/good.js', '#adapters/memory/good.js'),
  'libs/slices/src/two/two.events.ts': plant('#kernel/good.js'),
  'libs/slices/src/one/one.folding.ts': plant('./good.js'),
  'libs/slices/src/two/two.between.ts': plant('./two.decider.js'),
  'libs/slices/src/two/two.policy.ts': plant('./two.events.js'),
  'libs/slices/src/two/two.decider.ts': plant('./two.events.js'),
  'libs/adapters/src/memory/good.ts': plant('#kernel/good.js', 'node:fs'),
  'libs/adapters/src/embedded/good.ts': plant('#kernel/good.js', '@photostructure/sqlite'),
  'libs/adapters/src/eventstoredb/good.ts': plant('#kernel/good.js', '@eventstore/db-client'),
  'libs/adapters/src/mongodb/good.ts': plant('#kernel/good.js', 'mongodb'),
  'libs/runtime/src/good.ts': `${plant('@nestjs/common', '#engine/good.js', '#adapters/memory/good.js')}
    export const load = () => import('#adapters/eventstoredb/good.js');`,
  'libs/testing/src/good.ts': plant('#kernel/good.js', '#engine/good.js'),
  'apps/server/src/good.ts': plant('#runtime/good.js', '#engine/good.js', '#kernel/good.js', './own.js'),
  'apps/server/src/own.ts': plant('#slices/two/two.events.js'),
  'apps/console/src/good.ts': plant('react', './own.js'),
  'apps/console/src/own.ts': 'export const own = 1;',
};

describe('the architecture rules', () => {
  const planted = mkdtempSync(join(tmpdir(), 'patron-architecture-'));
  let reported: readonly string[] = [];

  beforeAll(() => {
    const files = [...Object.entries(allowed), ...forbidden.map(([, file, body]) => [file, body] as const)];
    for (const [file, body] of files) {
      mkdirSync(dirname(join(planted, file)), { recursive: true });
      writeFileSync(join(planted, file), body);
    }
    writeFileSync(join(planted, 'package.json'), '{ "type": "module" }');
    reported = violationsIn(planted);
  });

  afterAll(() => rmSync(planted, { recursive: true }));

  it.each(forbidden)('%s objects to %s', (rule, file) => {
    expect(reported).toContain(`${rule}: ${file}`);
  });

  it.each(Object.keys(allowed).filter((file) => !file.endsWith('engine/src/d.ts')))('let %s pass', (file) => {
    expect(reported.filter((violation) => violation.endsWith(`: ${file}`))).toEqual([]);
  });

  it('have each a planted violation', async () => {
    const config = (await import('../.dependency-cruiser.cjs' as string)) as {
      default: { forbidden: readonly { name: string }[] };
    };
    const rules = config.default.forbidden.map(({ name }) => name);
    expect([...new Set(forbidden.map(([rule]) => rule))].sort()).toEqual([...rules].sort());
  });

  it('hold for every file of this repository', () => {
    expect(violationsIn(root)).toEqual([]);
  });
});
