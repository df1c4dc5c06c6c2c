import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { purchase, type Caller, type TestServer } from './server-kit.js';

export const BUY = '/v1/commands/RecordPurchase';

/** What came back over a bare connection, and whether the server closed it. */
export interface Heard {
  readonly text: string;
  /** Of the first answer; 0 for none. */
  readonly status: number;
  readonly code: string | undefined;
  readonly closed: boolean;
}

/** Writes bytes as they are, and listens until the connection is closed or so many milliseconds are over. */
export async function overSocket(url: string, pieces: readonly (string | Buffer)[], listenMs = 5_000): Promise<Heard> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let closed = false;
  const over = new Promise<void>((resolve) => socket.once('close', () => ((closed = true), resolve())));
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  for (const piece of pieces) {
    socket.write(piece);
    await delay(10);
  }
  await Promise.race([over, delay(listenMs)]);
  socket.destroy();
  const text = Buffer.concat(chunks).toString();
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
  return { text, status, code: /"code":"([^"]+)"/.exec(text)?.[1], closed };
}

/** The lines of a request up to the empty one. */
export const headOf = (caller: Caller, start: string, ...headers: readonly string[]): string =>
  [
    `${start} HTTP/1.1`,
    'Host: patron',
    `Authorization: ${caller.headers['authorization'] ?? ''}`,
    ...headers,
    '',
    '',
  ].join('\r\n');

export const JSON_TYPE = 'Content-Type: application/json';

/** Runs something hostile; then the log must be where it was, and an honest caller still be served. */
export async function unharmed<T>(server: TestServer, caller: Caller, attack: () => Promise<T>): Promise<T> {
  const { store } = server.running.patron;
  const before = await store.head();
  const logged = server.logged.length;
  const outcome = await attack();
  expect(await store.head()).toBe(before);
  const honest = purchase('honest', `p-${before}`, { at: '2026-03-02T10:15:00Z' });
  expect((await caller.post(`${BUY}?dryRun=true`, honest)).status).toBe(200);
  expect(server.logged.slice(logged).filter((line) => line.includes('unforeseen'))).toEqual([]);
  return outcome;
}
