import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { isDay, isInstant } from '#kernel/time.js';
import { BadConfig, type BadSetting } from './errors.js';

export const TARGETS = ['all', 'commands', 'queries', 'projector'] as const;
export type Target = (typeof TARGETS)[number];
export const LOG_LEVELS = ['error', 'warn', 'log', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface PatronConfig {
  /** Folder of the facts and the read models. */
  readonly data: string;
  /** Folder of the keys; never inside `data`, so that a copy of the data opens nothing. */
  readonly keys: string;
  /** What this process does of the whole. */
  readonly target: Target;
  readonly host: string;
  readonly port: number;
  /** Where business time is to stand still: an instant, or a day, which means its start in the company's zone. */
  readonly clock?: string;
  /** `embedded`, `memory`, or the URL of a server. */
  readonly eventStore: string;
  readonly readModels: string;
  readonly logLevel: LogLevel;
  /** Longest body of a command, and longest line of NDJSON, in bytes. */
  readonly bodyLimit: number;
  /** Most facts folded between two writes of a projection; the engine's own figure when left out. */
  readonly batch?: number;
  /** How many partitions of the customers a build of read models folds at once; by the machine's cores when left out. */
  readonly partitions?: number;
  /** How often the clock process runs. */
  readonly tickMinutes: number;
}

/** Reads one setting from a text or a JSON value; undefined when it does not hold. */
interface Setting {
  readonly read: (value: unknown) => unknown;
  readonly expected: string;
  readonly fallback?: unknown;
}

const text = (value: unknown): unknown => (typeof value === 'string' && value.trim() !== '' ? value : undefined);
const oneOf =
  (names: readonly string[]): Setting['read'] =>
  (value) =>
    names.find((name) => name === value);
const whole =
  (least: number, most: number): Setting['read'] =>
  (value) => {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    return Number.isSafeInteger(number) && (number as number) >= least && (number as number) <= most
      ? number
      : undefined;
  };
const store = (schemes: RegExp): Setting => ({
  read: (value) =>
    value === 'embedded' || value === 'memory' || (typeof value === 'string' && schemes.test(value))
      ? value
      : undefined,
  expected: 'embedded, memory or the URL of a server',
  fallback: 'embedded',
});

const SETTINGS: Readonly<Record<keyof PatronConfig, Setting>> = {
  data: { read: text, expected: 'a folder', fallback: 'patron-data' },
  keys: { read: text, expected: 'a folder outside data' },
  target: { read: oneOf(TARGETS), expected: `one of ${TARGETS.join(', ')}`, fallback: 'all' },
  host: { read: text, expected: 'a host name or address', fallback: '127.0.0.1' },
  port: { read: whole(0, 65_535), expected: 'a port from 0 to 65535', fallback: 4600 },
  clock: {
    read: (v) => (isInstant(v) || isDay(v) ? v : undefined),
    expected: 'a day or an ISO 8601 instant with a zone',
  },
  eventStore: store(/^esdb(\+discover)?:\/\//),
  readModels: store(/^mongodb(\+srv)?:\/\//),
  logLevel: { read: oneOf(LOG_LEVELS), expected: `one of ${LOG_LEVELS.join(', ')}`, fallback: 'log' },
  bodyLimit: { read: whole(1_024, 16_777_216), expected: 'bytes from 1024 to 16777216', fallback: 262_144 },
  batch: { read: whole(1, 100_000), expected: 'a whole number from 1 to 100000' },
  partitions: { read: whole(1, 64), expected: 'a whole number from 1 to 64' },
  tickMinutes: { read: whole(1, 1_440), expected: 'minutes from 1 to 1440', fallback: 60 },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly (keyof PatronConfig)[];

/** `eventStore` is `PATRON_EVENT_STORE`. */
export const variableOf = (name: string): string =>
  `PATRON_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

export interface ConfigSources {
  /** Settings by name, from the command line. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where `patron.config.json` is looked for, and what relative folders start from. */
  readonly folder?: string;
}

/** Defaults < `patron.config.json` < environment < flags. @throws {BadConfig} naming every bad key and where it is from */
export function loadConfig({ flags = {}, env = {}, folder = process.cwd() }: ConfigSources = {}): PatronConfig {
  const bad: BadSetting[] = [];
  const file = fileSettings(folder, bad);
  const config: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const { read, expected, fallback } = SETTINGS[name];
    const given = [
      { value: flags[name], origin: `flag --${dashed(name)}` },
      { value: env[variableOf(name)], origin: `environment ${variableOf(name)}` },
      { value: Object.hasOwn(file, name) ? file[name] : undefined, origin: CONFIG_FILE },
    ].find(({ value }) => value !== undefined && value !== '');
    const value = given === undefined ? fallback : read(given.value);
    if (value !== undefined) config[name] = value;
    else if (given !== undefined) {
      bad.push({ key: name, origin: given.origin, message: `${JSON.stringify(given.value)} is not ${expected}` });
    }
  }
  const data = resolve(folder, String(config['data'] ?? '.'));
  const keys = resolve(folder, String(config['keys'] ?? `${data}.keys`));
  if (isInside(keys, data)) {
    bad.push({
      key: 'keys',
      origin: keys,
      message: `lies inside data (${data}); a copy of the data would hold its own keys`,
    });
  }
  if (bad.length > 0) throw new BadConfig(bad);
  return { ...(config as unknown as PatronConfig), data, keys };
}

const CONFIG_FILE = 'patron.config.json';
const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Also where both are the same folder. */
export function isInside(folder: string, other: string): boolean {
  const path = relative(other, folder);
  return path === '' || !(path === '..' || path.startsWith('../') || path.startsWith('..\\') || isAbsolute(path));
}

function fileSettings(folder: string, bad: BadSetting[]): Readonly<Record<string, unknown>> {
  const path = join(folder, CONFIG_FILE);
  if (!existsSync(path)) return {};
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    bad.push({ key: CONFIG_FILE, origin: path, message: error instanceof Error ? error.message : String(error) });
    return {};
  }
  if (settings === null || typeof settings !== 'object' || Array.isArray(settings)) {
    bad.push({ key: CONFIG_FILE, origin: path, message: 'must hold one object' });
    return {};
  }
  for (const key of Object.keys(settings)) {
    if (Object.hasOwn(SETTINGS, key)) continue;
    bad.push({ key, origin: CONFIG_FILE, message: `is no setting; there are ${SETTING_NAMES.join(', ')}` });
  }
  return settings as Readonly<Record<string, unknown>>;
}
