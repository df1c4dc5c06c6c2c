import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#runtime/config.js';
import type { Clock } from '#kernel/ports/clock.js';
import { FixedClock } from '#adapters/memory/fixed-clock.js';
import { serve, type RunningServer, type ServeOptions } from '../apps/server/src/serve.js';

export const NOW = '2026-03-10T12:00:00.000Z';

/** A server in this process on a real socket, over memory. Without the pages of /docs: jest cannot load @fastify/static. */
export interface TestServer {
  readonly running: RunningServer;
  readonly clock: FixedClock;
  readonly said: readonly string[];
  readonly logged: readonly string[];
  as(role: string, scopes?: readonly string[]): Caller;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into field by field
  readonly body: any;
}

export interface Caller {
  readonly headers: Readonly<Record<string, string>>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: string, path: string, init?: RequestInit): Promise<Response>;
  lines(text: string, path?: string): Promise<readonly Answer['body'][]>;
}

const folders: string[] = [];
const open: RunningServer[] = [];

export async function testServer(
  flags: Readonly<Record<string, unknown>> = {},
  options: Omit<ServeOptions, 'clock'> & { readonly clock?: Clock } = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'patron-server-'));
  folders.push(folder);
  const clock = new FixedClock(NOW);
  const [said, logged]: [string[], string[]] = [[], []];
  const config = loadConfig({
    flags: { data: join(folder, 'data'), port: 0, eventStore: 'memory', readModels: 'memory', ...flags },
    folder,
  });
  const io = { out: (text: string) => void said.push(text), err: (text: string) => void logged.push(text) };
  const running = await serve(config, io, { pages: false, clock, ...options });
  open.push(running);
  const as = (role: string, scopes?: readonly string[]): Caller => {
    const made = running.patron.tokens.create({ name: `a-${role}`, role, ...(scopes !== undefined && { scopes }) });
    return callerWith(running.url, made.secret);
  };
  return { running, clock, said, logged, as };
}

export async function closeServers(): Promise<void> {
  await Promise.all(open.splice(0).map((running) => running.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function callerWith(url: string, secret: string): Caller {
  const headers = { authorization: `Bearer ${secret}` };
  const send = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { ...init, method, headers: { ...headers, ...(init.headers as Record<string, string>) } });
  const answered = async (pending: Promise<Response>): Promise<Answer> => {
    const response = await pending;
    const text = await response.text();
    const json =
      response.headers.get('content-type')?.includes('json') === true &&
      !response.headers.get('content-type')?.includes('ndjson');
    return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
  };
  return {
    ...{ headers, send },
    get: (path, more = {}) => answered(send('GET', path, { headers: more })),
    post: (path, body, more = {}) =>
      answered(
        send('POST', path, {
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...more },
        }),
      ),
    lines: async (text, path = '/v1/commands') => {
      const response = await send('POST', path, { body: text, headers: { 'content-type': 'application/x-ndjson' } });
      return ndjson(await response.text());
    },
  };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into field by field
export const ndjson = (text: string): any[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));

const price = (units: number) => ({ units, scale: 2, currency: 'GBP' });

export const purchase = (customerId: string, purchaseId: string, more: object = {}): object => ({
  ...{ customerId, purchaseId, at: '2026-03-02T10:15:00Z' },
  ...{ lines: [{ sku: 'mug', quantity: 2, unitPrice: price(750) }], ...more },
});
