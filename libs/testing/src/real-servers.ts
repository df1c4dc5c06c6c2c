import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers';

const IMAGE = process.env['EVENTSTORE_IMAGE'] ?? 'eventstore/eventstore:23.10.6-jammy';
const PORT = 2113;
/** An image that is not there yet is fetched. */
const START_MS = 300_000;

/** What must be there, `eventstoredb` or `eventstoredb-program`: a test that would be skipped for want of it then fails. */
const required = (process.env['PATRON_REQUIRE'] ?? '').split(',');
const named = (variable: string): string => process.env[variable] ?? '';
const server = named('PATRON_TEST_EVENTSTOREDB');
const dockerAnswers = server === '' && (await answers());

/**
 * Tests on a genuine EventStoreDB server, named by `PATRON_TEST_EVENTSTOREDB` (a connection string with at least one option), or
 * in a container of its own where Docker answers. Without either they are skipped, and say so by name.
 */
export function onEventStoreDB(name: string, tests: (server: () => string) => void): void {
  if (server !== '') return describe(name, () => tests(() => server));
  if (dockerAnswers) return describe(name, () => inContainer(tests));
  skipped(name, 'eventstoredb', 'PATRON_TEST_EVENTSTOREDB names no server, and no Docker answers');
}

/**
 * Tests that start genuine EventStoreDB nodes themselves, by `PATRON_TEST_EVENTSTOREDB_PROGRAM`: a command that runs a node in the
 * foreground with the server's own flags put behind it. Without one they are skipped, and say so by name.
 */
export function withEventStoreDBProgram(name: string, tests: (program: string) => void): void {
  const program = named('PATRON_TEST_EVENTSTOREDB_PROGRAM');
  if (program !== '') return describe(name, () => tests(program));
  skipped(name, 'eventstoredb-program', 'PATRON_TEST_EVENTSTOREDB_PROGRAM names no program');
}

function inContainer(tests: (server: () => string) => void): void {
  let container: StartedTestContainer | undefined;
  beforeAll(async () => {
    container = await new GenericContainer(IMAGE)
      .withEnvironment({ EVENTSTORE_INSECURE: 'true', EVENTSTORE_TELEMETRY_OPTOUT: 'true' })
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/health/live', PORT).forStatusCode(204))
      .start();
  }, START_MS);
  afterAll(() => container?.stop());
  tests(() => `esdb://127.0.0.1:${container?.getMappedPort(PORT) ?? 0}?tls=false`);
}

function skipped(name: string, wants: string, why: string): void {
  const skip = `${name}: skipped, ${why}`;
  if (!required.includes(wants)) {
    describe.skip(skip, () => {
      it('needs a server', () => undefined);
    });
    return;
  }
  describe(name, () => {
    it('finds what PATRON_REQUIRE asks for', () => {
      throw new Error(`${skip}, and PATRON_REQUIRE asks for it.`);
    });
  });
}

/** Asked of the engine itself: that the command is there says nothing. */
async function answers(): Promise<boolean> {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    return false;
  }
}
