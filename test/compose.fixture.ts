import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadConfig, variableOf, SETTING_NAMES, type PatronConfig } from '#runtime/config.js';
import { serve, type RunningServer } from '../apps/server/src/serve.js';

export interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const at = (name: string): string => new URL(`../${name}`, import.meta.url).pathname;
export const fileText = (name: string): string => readFileSync(at(name), 'utf8');

// The parser that @nestjs/swagger brings: a file read by one test is no reason for a dependency.
const { load } = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'))('js-yaml') as {
  load(text: string): unknown;
};

const file = load(fileText('docker-compose.yml')) as Compose;

/** `<<` takes over what another mapping says: YAML 1.1, as Compose reads it, and not every parser. */
const merged = ({ '<<': base, ...own }: Service & { readonly '<<'?: Service }): Service => ({ ...base, ...own });

export const compose: Compose = {
  ...file,
  services: Object.fromEntries(Object.entries(file.services).map(([name, service]) => [name, merged(service)])),
};

export const patronServices = Object.entries(compose.services).filter(([, { image }]) => image?.startsWith('patron:'));

/** What Compose makes of `${NAME:-default}` and `${NAME:?why}`. @throws where a variable that must be there is not */
export const substituted = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, how?: string, rest = '') => {
    const value = env[name] ?? (how === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name}: ${rest}`);
    return value;
  });

/** The configuration of a service of the file; `over` replaces variables of its environment. */
export function configOf(name: string, env: Readonly<Record<string, string>>, over: object = {}): PatronConfig {
  const { environment = {}, command = [] } = compose.services[name] ?? {};
  const variables = Object.entries(environment).map(([key, value]) => [key, substituted(String(value), env)]);
  const target = command[command.indexOf('--target') + 1];
  return loadConfig({ flags: { target }, env: { ...Object.fromEntries(variables), ...over }, folder: '/' });
}

export const knownVariables: readonly string[] = SETTING_NAMES.map(variableOf);

/** Starts one of the services in this process. */
export const started = (name: string, over: object): Promise<RunningServer> => {
  const io = { out: () => undefined, err: () => undefined };
  const config = configOf(name, { EVENTSTORE_PASSWORD: 'x' }, over);
  return serve(config, io, { pages: false });
};
