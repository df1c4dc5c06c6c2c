import type { Ids } from '#kernel/ports/ids.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** What every source of ids keeps to; its adapter's spec is one call of this. */
export function idsContract(adapter: string, make: () => Ids): void {
  describe(`Ids contract: ${adapter}`, () => {
    it('gives a new id every time', () => {
      const ids = make();
      const given = Array.from({ length: 1_000 }, () => ids.next());
      expect(new Set(given).size).toBe(1_000);
      for (const id of given) expect(id).toMatch(UUID);
    });

    it('derives a UUID of version 5 (RFC 9562)', () => {
      expect(make().derived('command-1/0')).toMatch(/^.{14}5/);
      expect(make().derived('command-1/0')).toMatch(UUID);
    });

    it('derives the same id from a name in every instance, whatever was derived before', () => {
      const [one, two] = [make(), make()];
      for (const name of ['x'.repeat(5_000), '', 'kůň 🐎', 'a']) two.derived(name);
      for (const name of ['a', '', 'kůň 🐎', 'x'.repeat(5_000)]) expect(one.derived(name)).toBe(two.derived(name));
    });

    it('derives another id from another name', () => {
      const ids = make();
      const derived = Array.from({ length: 1_000 }, (_, n) => ids.derived(`command-${n}`));
      expect(new Set(derived).size).toBe(1_000);
    });
  });
}
