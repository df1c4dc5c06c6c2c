import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '#runtime/config.js';
import { tempFolder } from '#testing/temp-folder.js';
import { StoreRefused, StoreUnavailable } from '#kernel/ports/event-store.js';
import { openedInTime } from '../apps/server/src/opening.js';
import { serve } from '../apps/server/src/serve.js';

async function freePlace(): Promise<{ readonly host: string; readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { host: '127.0.0.1', port };
}

const gone = (): Promise<string> => Promise.reject(new StoreUnavailable('Nobody is there.'));
const ask = async (port: number, path: string, method = 'GET'): Promise<Response> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(method === 'POST' && { body: '{}' }) });
    } catch (error) {
      if (tries === 40) throw error;
      await delay(25);
    }
  }
};

describe('starting before the event store answers', () => {
  it('answers 503 with Retry-After meanwhile, says that it lives, says why once, and opens by itself', async () => {
    const place = await freePlace();
    const told: string[] = [];
    let [opens, isHere] = [0, false];
    const open = (): Promise<string> => ((opens += 1), isHere ? Promise.resolve('opened') : gone());
    const opening = openedInTime(place, open, (message) => told.push(message));
    const command = await ask(place.port, '/v1/commands/RecordPurchase', 'POST');
    expect([command.status, command.headers.get('retry-after')]).toEqual([503, '1']);
    expect(command.headers.get('content-type')).toBe('application/problem+json');
    const why = {
      code: 'store.unavailable',
      status: 503,
      detail: expect.stringContaining('does not answer') as string,
    };
    expect(await command.json()).toMatchObject(why);
    expect((await ask(place.port, '/health/ready')).status).toBe(503);
    expect((await ask(place.port, '/health/live')).status).toBe(200);
    await delay(1_100);
    isHere = true;
    expect(await opening).toEqual({ value: 'opened', port: place.port });
    expect(opens).toBeGreaterThan(2);
    expect(told).toEqual(['Nobody is there.']);
    const next = createServer().listen(place.port, place.host); // it was left free
    await once(next, 'listening');
    next.close();
  });

  it('answers while an opening takes long, as where a server is frozen', async () => {
    const place = await freePlace();
    let end: (value: string) => void = () => undefined;
    const opening = openedInTime(
      place,
      () => new Promise<string>((resolve) => (end = resolve)),
      () => undefined,
    );
    const ready = await ask(place.port, '/health/ready');
    expect([ready.status, await ready.json()]).toMatchObject([503, { detail: 'The stores are being opened.' }]);
    end('opened');
    expect((await opening).value).toBe('opened');
  });

  it('listens on the port that it was given meanwhile, where any would do', async () => {
    let opens = 0;
    const open = (): Promise<string> => ((opens += 1) > 1 ? Promise.resolve('opened') : gone());
    const { port } = await openedInTime({ host: '127.0.0.1', port: 0 }, open, () => undefined);
    expect(port).toBeGreaterThan(0);
  });

  it('does not wait for what waiting cannot mend, and leaves nothing listening', async () => {
    const place = await freePlace();
    let opens = 0;
    const refused = new StoreRefused('It is no store of ours.');
    const open = (): Promise<string> => ((opens += 1) > 1 ? Promise.reject(refused) : gone());
    await expect(openedInTime(place, open, () => undefined)).rejects.toBe(refused);
    await expect(fetch(`http://127.0.0.1:${place.port}/health/live`)).rejects.toThrow();
  });

  it('ends when it is told to stop while nobody answers, and leaves nothing listening', async () => {
    const place = await freePlace();
    const stop = new AbortController();
    const opening = openedInTime(place, gone, () => undefined, stop.signal);
    expect((await ask(place.port, '/health/ready')).status).toBe(503);
    stop.abort();
    await expect(opening).rejects.toBe(stop.signal.reason);
    await expect(fetch(`http://127.0.0.1:${place.port}/health/live`)).rejects.toThrow();
  });

  it('says so where the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const opening = openedInTime({ host: '127.0.0.1', port }, gone, () => undefined);
    await expect(opening).rejects.toMatchObject({ code: 'EADDRINUSE' });
    taken.close();
  });
});

describe('a start that is told to stop meanwhile', () => {
  const folder = tempFolder();

  it('serves nothing, makes no token, and closes what it opened', async () => {
    const { port, host } = await freePlace();
    const config = loadConfig({ flags: { data: join(folder(), 'data'), port }, folder: folder() });
    const said: string[] = [];
    const io = { out: (text: string) => void said.push(text), err: () => undefined };
    const stop = new AbortController();
    const starting = serve(config, io, { pages: false, signal: stop.signal });
    stop.abort();
    await expect(starting).rejects.toBe(stop.signal.reason);
    expect(said).toEqual([]);
    const next = createServer().listen(port, host);
    await once(next, 'listening');
    next.close();
    const again = await serve(config, io, { pages: false });
    expect(again.token).toMatch(/^pat_/);
    await again.close();
  });
});

describe('a start that fails when it listens already', () => {
  const folder = tempFolder();

  it('says why, ends, and leaves the port free', async () => {
    const { port, host } = await freePlace();
    const data = join(folder(), 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'tokens.json'), '{');
    const config = loadConfig({ flags: { data, port, eventStore: 'memory', readModels: 'memory' }, folder: folder() });
    const io = { out: () => undefined, err: () => undefined };
    await expect(serve(config, io, { pages: false })).rejects.toThrow('cannot be read as tokens');
    const next = createServer().listen(port, host);
    await once(next, 'listening');
    next.close();
  });
});
