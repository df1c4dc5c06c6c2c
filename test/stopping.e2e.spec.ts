import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CliWorld, program } from './cli.fixture.js';

/** `patron serve` that is told to stop so long after its start, or when it has said something. */
async function stopped(world: CliWorld, when: number | RegExp, more: Readonly<Record<string, string>> = {}) {
  const server = spawn(process.execPath, [program, 'serve', '--data', world.data, '--port', '0'], {
    cwd: world.folder,
    env: { ...process.env, ...more },
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(server, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  if (typeof when === 'number') await delay(when);
  else while (!when.test(said)) await delay(10);
  server.kill('SIGTERM');
  const [code, signal] = await ended;
  return { code, signal, said };
}

describe('a server that is told to stop', () => {
  const world = new CliWorld();
  afterAll(() => world.close());

  it.each([150, 300, 450, 600, 750, 900, 1_050, 1_200, 1_500, 2_000])(
    '%d ms after its start ends, whatever it was doing, and leaves a folder that the next one opens',
    async (ms) => {
      const { code, signal, said } = await stopped(world, ms);
      expect([said, signal === 'SIGTERM' ? 0 : code]).toEqual([expect.not.stringContaining('Error'), 0]);
      if (existsSync(world.data)) expect((await stopped(world, /listens on/)).code).toBe(0);
    },
    60_000,
  );

  it('while its event store does not answer ends at once', async () => {
    const nowhere = { PATRON_EVENT_STORE: 'esdb://127.0.0.1:1?tls=false' };
    const { code, said } = await stopped(world, /"context":"start"/, nowhere);
    expect([code, said]).toEqual([0, expect.not.stringContaining('listens on')]);
  }, 60_000);
});
