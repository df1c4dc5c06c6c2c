import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { LogWriter } from '#adapters/embedded/log-writer.js';
import { ReadModelFile } from '#adapters/embedded/read-model-file.js';
import { KILL_POINT, PLACES, type KillPoint } from './kill-point.js';

// Loaded with `node --import` before the program, which is the one that is shipped and knows nothing of it.

type Method = (this: { readonly path?: string }, ...args: unknown[]) => unknown;

const classes: Readonly<Record<string, { readonly prototype: object }>> = {
  ...{ LogWriter: LogWriter as never, EmbeddedEventStore: EmbeddedEventStore as never, ReadModelFile },
};

const { place, times, match = '' } = JSON.parse(process.env[KILL_POINT] ?? '{}') as KillPoint;
const [name = '', method = ''] = PLACES[place].split('.');
const prototype = classes[name]?.prototype as Record<string, Method> | undefined;
const original = prototype?.[method];
if (prototype === undefined || original === undefined) throw new Error(`The program has no ${PLACES[place]}.`);

let seen = 0;
const count = (): void => {
  seen += 1;
  if (seen === times) process.kill(process.pid, 'SIGKILL');
};

const matches = (path: string | undefined, args: readonly unknown[]): boolean =>
  match === '' || `${path ?? ''} ${JSON.stringify(args)}`.includes(match);

prototype[method] = function (...args) {
  const result = original.apply(this, args);
  if (!matches(this.path, args)) return result;
  if (result instanceof Promise) return result.then((value: unknown) => (count(), value));
  count();
  return result;
};
