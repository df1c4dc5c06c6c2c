/** Which servers must be there: a test that would be skipped for want of one then fails. */
const required = (process.env['PATRON_REQUIRE'] ?? '').split(',');

/**
 * Tests on a genuine EventStoreDB server, named by `PATRON_TEST_EVENTSTOREDB` (a connection string with at least one option).
 * Without one they are skipped, and say so by name.
 */
export function onEventStoreDB(name: string, tests: (server: () => string) => void): void {
  where(name, 'PATRON_TEST_EVENTSTOREDB', 'names no server', (server) => tests(() => server));
}

/**
 * Tests that start genuine EventStoreDB nodes themselves, by `PATRON_TEST_EVENTSTOREDB_PROGRAM`: a command that runs a node in the
 * foreground with the server's own flags put behind it. Without one they are skipped, and say so by name.
 */
export function withEventStoreDBProgram(name: string, tests: (program: string) => void): void {
  where(name, 'PATRON_TEST_EVENTSTOREDB_PROGRAM', 'names no program', tests);
}

function where(name: string, variable: string, wanting: string, tests: (value: string) => void): void {
  const value = process.env[variable];
  if (value !== undefined && value !== '') return describe(name, () => tests(value));
  const why = `${name}: skipped, ${variable} ${wanting}`;
  if (!required.includes('eventstoredb')) {
    describe.skip(why, () => {
      it('needs a server', () => undefined);
    });
    return;
  }
  describe(name, () => {
    it('finds the server that PATRON_REQUIRE asks for', () => {
      throw new Error(`${why}, and PATRON_REQUIRE asks for one.`);
    });
  });
}
