import type { Clock } from '#kernel/ports/clock.js';
import { isInstant, instantOf, msOf } from '#kernel/time.js';

/** What every clock keeps to; its adapter's spec is one call of this. */
export function clockContract(adapter: string, make: () => Clock): void {
  describe(`Clock contract: ${adapter}`, () => {
    it('says the time as an instant in its normal form', () => {
      const now = make().now();
      expect(isInstant(now)).toBe(true);
      expect(instantOf(msOf(now))).toBe(now);
    });

    it('does not go back by itself', () => {
      const clock = make();
      const first = clock.now();
      expect(clock.now() >= first).toBe(true);
    });
  });
}
