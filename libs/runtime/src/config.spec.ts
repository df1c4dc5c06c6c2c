import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, variableOf } from './config.js';
import { BadConfig } from './errors.js';

describe('the configuration', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'patron-config-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (settings: unknown): void =>
    writeFileSync(
      join(folder, 'patron.config.json'),
      typeof settings === 'string' ? settings : JSON.stringify(settings),
    );

  const refusal = (sources: Parameters<typeof loadConfig>[0]): string => {
    try {
      loadConfig({ folder, ...sources });
    } catch (error) {
      expect(error).toBeInstanceOf(BadConfig);
      return (error as Error).message;
    }
    throw new Error('was accepted');
  };

  it('has a default for everything that needs a value', () => {
    expect(loadConfig({ folder })).toEqual({
      ...{ data: join(folder, 'patron-data'), keys: join(folder, 'patron-data.keys'), target: 'all' },
      ...{ host: '127.0.0.1', port: 4600, eventStore: 'embedded', readModels: 'embedded' },
      ...{ logLevel: 'log', bodyLimit: 262_144, tickMinutes: 60 },
    });
  });

  it('takes flags before the environment, the environment before the file, the file before defaults', () => {
    file({ port: 1, host: 'a', tickMinutes: 5 });
    const config = loadConfig({ folder, env: { PATRON_PORT: '2', PATRON_HOST: 'b' }, flags: { port: '3' } });
    expect(config).toMatchObject({ port: 3, host: 'b', tickMinutes: 5 });
  });

  it('names every bad key and where it is from', () => {
    file({ port: 'many', colour: 'red', target: 'some' });
    const message = refusal({ env: { PATRON_TICK_MINUTES: '0' }, flags: { clock: 'noon', partitions: '0' } });
    expect(message.split('\n')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^port \(patron\.config\.json\): "many" is not a port/),
        expect.stringMatching(/^colour \(patron\.config\.json\): is no setting; there are data, keys/),
        expect.stringMatching(/^target \(patron\.config\.json\)/),
        expect.stringMatching(/^tickMinutes \(environment PATRON_TICK_MINUTES\)/),
        expect.stringMatching(/^clock \(flag --clock\)/),
        expect.stringMatching(/^partitions \(flag --partitions\): "0" is not a whole number from 1 to 64/),
      ]),
    );
  });

  it.each(['{', '[]', 'null'])('refuses a file that holds %s', (text) => {
    file(text);
    expect(refusal({})).toContain('patron.config.json');
  });

  it('refuses keys inside the data, which a copy of the data would take along', () => {
    for (const keys of ['d', 'd/keys', 'd/../d/x'])
      expect(refusal({ flags: { data: 'd', keys } })).toContain('lies inside data');
    expect(loadConfig({ folder, flags: { data: 'd', keys: 'd2' } }).keys).toBe(join(folder, 'd2'));
    expect(loadConfig({ folder, flags: { data: 'd', keys: '..d' } }).keys).toBe(join(folder, '..d'));
  });

  it('takes a day or an instant for the clock, and URLs of servers for the stores', () => {
    for (const clock of ['1998-07-01', '1998-07-01T00:00:00Z'])
      expect(loadConfig({ folder, flags: { clock } }).clock).toBe(clock);
    expect(loadConfig({ folder, flags: { eventStore: 'esdb://h:2113' } }).eventStore).toBe('esdb://h:2113');
    expect(refusal({ flags: { readModels: 'esdb://h' } })).toContain('readModels');
  });

  it('names the variable of a setting', () => {
    expect(variableOf('eventStore')).toBe('PATRON_EVENT_STORE');
  });
});
