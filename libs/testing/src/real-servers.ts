/** Which servers must be there: a test that would be skipped for want of one then fails. */
const required = (process.env['PATRON_REQUIRE'] ?? '').split(',');

/**
 * Tests on a genuine EventStoreDB server, named by `PATRON_TEST_EVENTSTOREDB` (a connection string with at least one option).
 * Without one they are skipped, and say so by name.
 */
export function onEventStoreDB(name: string, tests: (server: () => string) => void): void {
  const server = process.env['PATRON_TEST_EVENTSTOREDB'];
  if (server !== undefined && server !== '') return describe(name, () => tests(() => server));
  const why = `${name}: skipped, PATRON_TEST_EVENTSTOREDB names no server`;
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
