import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exitOf } from '#runtime/exit.js';
import { UsageError } from '../frame/parse-args.js';
import { RemoteAccess } from './remote.js';

const html = '<html>Log in first</html>';
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a page of a proxy': (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end(html),
  'a page in the place of an answer': (response) => void response.writeHead(200).end(html),
  'half a JSON text': (response) => void response.writeHead(200).end('{"items":['),
  'an answer that breaks off': (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"items":[', () => response.destroy());
  },
};

describe('a server that is none of ours, or falls', () => {
  let server: Server;
  let url: string;
  let answer: (response: ServerResponse) => void;
  beforeAll(async () => {
    server = createServer((request, response) => void request.resume().once('end', () => answer(response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(Object.keys(answers))(
    '%s is said to be unavailable, by its address or status, for every way of asking',
    async (name) => {
      answer = answers[name] as typeof answer;
      const access = new RemoteAccess(url, 'pat_x');
      const asked = [
        () => access.projections(),
        () => access.submit({ type: 'EarnPoints', body: {} }),
        () => access.gate().send('EarnPoints', {}, 'id'),
        () => access.rebuild(['loyalty_balance'], () => undefined, new AbortController().signal),
      ];
      for (const ask of asked) {
        const error: unknown = await ask().catch((refusal: unknown) => refusal);
        expect([name, exitOf(error)]).toEqual([name, 6]);
        expect((error as Error).message).toMatch(name.includes('proxy') ? /answers 502/ : new RegExp(`^${url} `));
      }
    },
  );

  it.each(['nonsense', 'ftp://127.0.0.1', ''])('an address like %j is refused before anything is asked', (address) => {
    expect(() => new RemoteAccess(address, undefined)).toThrow(UsageError);
  });

  it('a token that cannot be one is refused, and not shown', () => {
    expect(() => new RemoteAccess(url, 'pat_secret\n')).toThrow(UsageError);
    expect(() => new RemoteAccess(url, 'pat_secret\n')).not.toThrow(/secret/);
  });

  it('an id that no header can hold goes in the body', async () => {
    const sent: string[] = [];
    server.once('request', (request) => request.on('data', (chunk: Buffer) => sent.push(String(chunk))));
    answer = (response) => void response.writeHead(200).end('{}');
    await new RemoteAccess(url, 'pat_x').submit({
      type: 'EarnPoints',
      body: { points: 1 },
      commandId: 'r\u00e9\u4e2d',
    });
    expect(JSON.parse(sent.join(''))).toEqual({ points: 1, commandId: 'r\u00e9\u4e2d' });
  });
});
