import { isInside } from '#runtime/config.js';
import { composedTargets } from './compose.contract.js';
import { compose, configOf, fileText, knownVariables, patronServices, substituted } from './compose.fixture.js';

const { services } = compose;
const secrets = { EVENTSTORE_PASSWORD: 'a-secret', EVENTSTORE_CERTIFICATES: '/certificates' };
const isNamed = (volume: string): boolean => /^[a-z]/.test(volume);

describe('docker-compose.yml', () => {
  it('runs EventStoreDB and the three targets of Patron', () => {
    expect(Object.keys(services)).toEqual(['eventstore', 'commands', 'projector', 'queries']);
    for (const [name] of patronServices) expect(configOf(name, secrets).target).toBe(name);
  });

  it('gives them settings that hold, the same ones to all', () => {
    for (const [name, { environment = {} }] of patronServices) {
      expect(Object.keys(environment).filter((key) => !knownVariables.includes(key))).toEqual([]);
      const { eventStore, data, keys, host } = configOf(name, secrets);
      expect(eventStore).toBe('esdb://admin:a-secret@eventstore:2113?tlsCAFile=/etc/patron/ca.crt&history=patron');
      expect([host, isInside(keys, data)]).toEqual(['0.0.0.0', false]);
    }
  });

  it('holds no secret, and does not start without those it needs', () => {
    for (const { environment = {}, volumes = [] } of Object.values(services)) {
      const needed = [...Object.values(environment), ...volumes].map(String).filter((value) => value.includes(':?'));
      expect(needed.length).toBeGreaterThan(0);
      for (const value of needed) expect(() => substituted(value, {})).toThrow('see docker-compose.yml');
    }
    expect(fileText('docker-compose.yml')).not.toMatch(/changeit|password: [^$]/i);
  });

  it('names a version of every image', () => {
    const used = Object.values(services).map(({ image = '' }) => substituted(image, {}));
    const built = [...fileText('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image);
    expect(built).toHaveLength(2);
    for (const image of [...used, ...built]) expect(image).toMatch(/^[a-z/]+:\d+\.\d+/);
  });

  it('starts one behind the other by health, and looks at the health of all', () => {
    for (const { depends_on: needed = {}, healthcheck } of Object.values(services)) {
      expect(healthcheck?.test.length).toBeGreaterThan(1);
      for (const [name, { condition }] of Object.entries(needed)) {
        expect([Object.keys(services).includes(name), condition]).toEqual([true, 'service_healthy']);
      }
    }
  });

  it('keeps everything that must last in volumes with names, and shares the read models', () => {
    const used = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter(isNamed));
    expect([...new Set(used.map((volume) => volume.split(':')[0]))].sort()).toEqual(
      Object.keys(compose.volumes).sort(),
    );
    for (const [, { volumes = [] }] of patronServices) {
      expect(volumes).toEqual(
        expect.arrayContaining(['patron-data:/var/lib/patron/data', 'patron-keys:/var/lib/patron/keys']),
      );
    }
  });

  it('publishes on the loopback address only', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports.map((port) => substituted(port, {})));
    expect(published).toEqual(['127.0.0.1:4600:4600', '127.0.0.1:4602:4600', '127.0.0.1:4601:4600']);
  });
});

describe('the targets of docker-compose.yml, over the embedded store', () => composedTargets(() => 'embedded'));
