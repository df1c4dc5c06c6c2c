import { existsSync } from 'node:fs';

const layers = ['kernel', 'slices', 'engine', 'adapters', 'runtime', 'testing'];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['libs', 'apps', 'test', 'tools']
    .filter((folder) => existsSync(new URL(folder, import.meta.url)))
    .map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.spec.ts'],
  testTimeout: 30_000,
  setupFiles: ['<rootDir>/libs/testing/src/property-limits.ts'],
  maxWorkers: 2,
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  moduleNameMapper: {
    ...Object.fromEntries(layers.map((layer) => [`^#${layer}/(.*)\\.js$`, `<rootDir>/libs/${layer}/src/$1.ts`])),
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  reporters: ['default', '<rootDir>/tools/count-reporter.mjs'],
};
