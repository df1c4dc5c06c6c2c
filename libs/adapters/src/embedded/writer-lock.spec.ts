import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { once } from 'node:events';
import { StoreRefused, type EventStore } from '#kernel/ports/event-store.js';
import { proposed } from '#testing/proposed.js';
import { tempFolder } from '#testing/temp-folder.js';
import { EmbeddedEventStore } from './embedded-event-store.js';

const DRIVER = createRequire(import.meta.url).resolve('@photostructure/sqlite');
const DEAD_PID = 2 ** 22 + 1; // above the largest pid of Linux

/** Does what a writing process does with the lock; another process cannot run TypeScript. */
const HOLDER = `
  const { DatabaseSync } = require(${JSON.stringify(DRIVER)});
  const db = new DatabaseSync(process.argv[1] + '/lock.db');
  db.exec('BEGIN EXCLUSIVE');
  const writer = JSON.stringify({ pid: process.pid, since: '2026-05-01T00:00:00.000Z' });
  require('node:fs').writeFileSync(process.argv[1] + '/writer.json', writer);
  console.log('held');
  setInterval(() => db.isOpen, 1000);
`;

describe('the lock of the embedded store', () => {
  const folder = tempFolder();
  const opened: EventStore[] = [];
  const open = async (mode: 'write' | 'read' = 'write'): Promise<EventStore> => {
    const store = await EmbeddedEventStore.open({ folder: folder(), mode });
    opened.push(store);
    return store;
  };
  const held = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['-e', HOLDER, folder()], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  };

  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  it('refuses a second writer of another process, naming it and what to do', async () => {
    const child = await held();
    const refused = open();
    await expect(refused).rejects.toBeInstanceOf(StoreRefused);
    await expect(refused).rejects.toThrow(
      `Process ${child.pid} is writing to ${folder()} since 2026-05-01T00:00:00.000Z; ` +
        'stop it, or send through it with --server.',
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('ends with its process, however that ends', async () => {
    const child = await held();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await open();
    await expect(store.append('note-1', 0, [proposed()])).resolves.toMatchObject({ revision: 0 });
    expect(JSON.parse(readFileSync(join(folder(), 'writer.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('refuses a second writer of this process', async () => {
    await open();
    await expect(open()).rejects.toThrow(`Process ${process.pid} is writing`);
  });

  it('does not name a process that is gone', async () => {
    const child = await held();
    writeFileSync(join(folder(), 'writer.json'), JSON.stringify({ pid: DEAD_PID, since: 'long ago' }));
    await expect(open()).rejects.toThrow(/^Another process is writing/);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('is given back when the store is closed, and then says nothing of a writer', async () => {
    await (await open()).close();
    expect(existsSync(join(folder(), 'writer.json'))).toBe(false);
    await expect(open()).resolves.toBeDefined();
  });

  it('is given back when opening fails', async () => {
    writeFileSync(join(folder(), 'log.db'), 'something else');
    for (let time = 0; time < 2; time += 1) await expect(open()).rejects.toThrow('no SQLite database');
  });

  it.each([
    [
      'a file of something else',
      () => writeFileSync(join(folder(), 'lock.db'), 'not a database '.repeat(500)),
      /remove it/,
    ],
    ['a folder', () => mkdirSync(join(folder(), 'lock.db')), /choose another folder/],
  ])('that is %s is named with what to do, and nothing is begun', async (_, make, said) => {
    make();
    const refused = open();
    await expect(refused).rejects.toBeInstanceOf(StoreRefused);
    await expect(refused).rejects.toThrow(folder());
    await expect(refused).rejects.toThrow(said);
    expect(readdirSync(folder())).toEqual(['lock.db']);
  });

  it('lets readers in while a writer runs and when none does', async () => {
    const writer = await open();
    await writer.append('note-1', 0, [proposed()]);
    expect(await (await open('read')).readStream('note-1')).toHaveLength(1);
    await writer.close();
    const reader = await open('read');
    expect(await reader.readStream('note-1')).toHaveLength(1);
    await expect(reader.append('note-1', 1, [proposed()])).rejects.toThrow('for reading only');
  });

  it('holds though a reader of the same process opens and closes', async () => {
    await open();
    await (await open('read')).close();
    const child = spawn(process.execPath, ['-e', HOLDER, folder()], { stdio: 'pipe' });
    const exited = once(child, 'close');
    const said: string[] = [];
    child.stderr.on('data', (text: Buffer) => said.push(String(text)));
    await exited;
    expect(said.join('')).toContain('database is locked');
  });

  it('lets one of many that start at once begin the history', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 64 }, () => open()));
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(63);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(StoreRefused);
    await expect(opened[0]?.append('note-1', 0, [proposed()])).resolves.toMatchObject({ revision: 0 });
  });
});
