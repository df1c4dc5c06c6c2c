// The arrows of the architecture, docs/map.md. Paths are relative to the folder the cruiser runs in.
// Specs may import what they like, except the two server drivers; everything else is held to its layer.
const { join } = require('node:path');

const spec = '\\.spec\\.ts$';
const ours = '^(apps|libs|test|tools)/';
const installed = (name) => `(^|/node_modules/|^node_modules/)${name}(/|$)`;
const domain = (roles) => `^libs/.*\\.(${roles})\\.ts$`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'kernel-imports-kernel-only',
      'The kernel knows no other layer, no Node module and no package (commands may use class-validator).',
      { path: '^libs/kernel/', pathNot: [spec, '\\.commands\\.ts$'] },
      { pathNot: ['^libs/kernel/'] },
    ),
    rule(
      'kernel-commands-import-kernel-and-class-validator-only',
      'Commands in the kernel are validated DTOs, nothing more.',
      { path: '^libs/kernel/.*\\.commands\\.ts$' },
      { pathNot: ['^libs/kernel/', installed('class-validator')] },
    ),
    rule(
      'slices-import-kernel-and-public-files',
      'A slice sees the kernel, its own folder, and of other slices the events and the policy.',
      { path: '^libs/slices/src/([^/]+)/', pathNot: spec },
      {
        path: ours,
        pathNot: ['^libs/kernel/', '^libs/slices/src/$1/', '^libs/slices/src/[^/]+/[^/]+\\.(events|policy)\\.ts$'],
      },
    ),
    rule(
      'slice-list-imports-descriptors-only',
      'libs/slices/src/index.ts and folding.ts list the descriptors; they decide nothing.',
      { path: '^libs/slices/src/[^/]+\\.ts$', pathNot: spec },
      { pathNot: ['^libs/kernel/', '^libs/slices/src/[^/]+/[^/]+\\.(slice|folding)\\.ts$'] },
    ),
    rule(
      'folding-loads-no-commands',
      'A thread that folds would load commands and their validation: a tenth of a second and 13 MB each.',
      { path: ['^libs/slices/src/folding\\.ts$', '\\.folding\\.ts$'] },
      { path: '\\.(commands|decider)\\.ts$', reachable: true },
    ),
    rule(
      'engine-imports-kernel-and-node-only',
      'The engine runs without Nest, without adapters and without packages.',
      { path: '^libs/engine/', pathNot: spec },
      { pathNot: ['^libs/(engine|kernel)/'], dependencyTypesNot: ['core'] },
    ),
    rule(
      'adapters-import-kernel-and-their-technology-only',
      'An adapter implements ports of the kernel with one technology, and knows no other one.',
      { path: '^libs/adapters/src/([^/]+)', pathNot: spec },
      { path: ours, pathNot: ['^libs/kernel/', '^libs/adapters/src/$1/'] },
    ),
    rule(
      'libs-import-no-app',
      'Libraries are used by apps, tests and tools, never the other way round.',
      { path: '^libs/', pathNot: spec },
      { path: '^(apps|test|tools)/' },
    ),
    rule(
      'apps-import-runtime-engine-kernel-slices-only',
      'Apps compose; adapters are chosen by the runtime. `patron serve` is the server: of it the CLI may import serve.ts.',
      { path: '^apps/([^/]+)/', pathNot: [spec, '^apps/console/'] },
      { path: ours, pathNot: ['^libs/(runtime|engine|kernel|slices)/', '^apps/$1/', '^apps/server/src/serve\\.ts$'] },
    ),
    rule(
      'console-imports-itself-only',
      'The console talks REST: no line of the server ends up in the browser.',
      { path: '^apps/console/' },
      { path: ours, pathNot: ['^apps/console/'] },
    ),
    rule(
      'testing-is-for-tests',
      'Contracts and data makers stay out of what we ship.',
      { pathNot: [spec, '^libs/testing/', '^test/'] },
      { path: '^libs/testing/' },
    ),
    rule(
      'domain-imports-no-node-module',
      'Domain files can be replayed anywhere: no clock, no randomness, no I/O.',
      { path: domain('events|commands|errors|policy|decider|projection|words|statement') },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'domain-imports-no-package',
      'Domain files depend on nothing that can change under them.',
      { path: domain('events|errors|policy|decider|projection|words|statement') },
      { pathNot: [ours], dependencyTypesNot: ['core'] },
    ),
    rule(
      'commands-import-class-validator-only',
      'Commands are class-validator DTOs; no other package is needed to state a request.',
      { path: domain('commands') },
      { pathNot: [ours, installed('class-validator')], dependencyTypesNot: ['core'] },
    ),
    rule(
      'no-barrels',
      'Import the file that holds the thing; an index.ts hides it and draws cycles.',
      { path: '^libs/(slices|adapters)/src/.+/index\\.ts$' },
      {},
    ),
    rule(
      'no-imports-of-barrels',
      'Import the file that holds the thing; an index.ts hides it and draws cycles.',
      {},
      { path: '^libs/(slices|adapters)/src/.+/index\\.ts$' },
    ),
    rule(
      'eventstoredb-driver-in-its-adapter-only',
      'Whoever does not choose EventStoreDB never loads gRPC; the bench measures the bare driver beside ours.',
      { pathNot: '^(libs/adapters/src/eventstoredb/|tools/bench/bare-eventstoredb\\.ts$)' },
      { path: installed('@eventstore/db-client') },
    ),
    rule(
      'mongodb-driver-in-its-adapter-only',
      'Whoever does not choose MongoDB never loads its driver.',
      { pathNot: '^libs/adapters/src/mongodb/' },
      { path: installed('mongodb') },
    ),
    rule(
      'server-adapters-load-on-demand',
      'Adapters of servers are loaded by a dynamic import, so the embedded default never loads their drivers.',
      { path: ours, pathNot: [spec, '^libs/adapters/src/(eventstoredb|mongodb)/'] },
      { path: '^libs/adapters/src/(eventstoredb|mongodb)/', dynamic: false, dependencyTypesNot: ['type-only'] },
    ),
    rule('no-cycles', 'Two files that need each other are one file, or miss a third.', {}, { circular: true }),
    rule(
      'imports-resolve-to-sources',
      'An import of ours that resolves to no source escapes every other rule.',
      { path: ours },
      { path: '^(\\.|#|dist/)' },
    ),
  ],
  options: {
    exclude: { path: '^(dist|coverage)/' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(__dirname, 'tsconfig.base.json') },
    webpackConfig: { fileName: join(__dirname, 'tools/depcruise-resolve.cjs') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
