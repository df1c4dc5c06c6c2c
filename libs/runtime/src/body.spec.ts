import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fastify from 'fastify';
import type { Readable } from 'node:stream';
import { acceptBodies, piecesOf } from './body.js';

const limits = { bodyLimit: 1_000, patience: { headersMs: 1_000, bodyMs: 1_000, pieceMs: 1_000 } };

describe('a gzip of many lines that breaks off', () => {
  const half = gzipSync('{"a":1}\n'.repeat(50)).subarray(0, -9);
  const server = fastify();
  acceptBodies(server, limits as never);
  server.post('/unread', async () => {
    await delay(50);
    return 'nothing was read';
  });
  server.post('/late', async ({ body }) => {
    await delay(50);
    for await (const _ of piecesOf(body as Readable, 1_000)) continue;
    return 'all was read';
  });
  const posted = async (path: string): Promise<Response> => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    return fetch(`${origin}${path}`, { method: 'POST', headers, body: half });
  };
  let origin = '';
  beforeAll(async () => {
    origin = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());

  it('does no harm where nobody reads it', async () => {
    expect(await (await posted('/unread')).text()).toBe('nothing was read');
  });

  it('is told to who reads it later', async () => {
    expect(await (await posted('/late')).text()).toContain('cannot be read: unexpected end of file');
  });

  it('leaves its connection to the next request, however much of it is not read', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    const sent = (body: Buffer): Promise<string> =>
      new Promise((resolve, reject) => {
        const sending = request(`${origin}/late`, { agent, method: 'POST', headers }, (answer) =>
          resolve(text(answer)),
        );
        sending.once('error', reject).end(body);
      });
    expect(await sent(Buffer.alloc(2_000_000, '{"a":1}\n'))).toContain('cannot be read: incorrect header check');
    expect(await sent(gzipSync('{"a":1}\n'))).toBe('all was read');
    agent.destroy();
  }, 10_000);
});
