import { fuzz } from '../tools/fuzz/fuzz.js';

const SEED = 20_261_122;

describe('50,000 hostile commands and requests', () => {
  it('break no promise, and leave the memory as it was', async () => {
    const report = await fuzz({ n: 50_000, seed: SEED, overHttp: 0.1, store: 'memory' });
    expect(report.failures).toEqual([]);
    expect(report.cases).toBe(50_000);
    const [early, end] = report.heapMb;
    // Facts in the caches grow with what was accepted; a leak of a kilobyte a case would be 45 MB.
    expect(end - early).toBeLessThan(30);
    expect(Object.keys(report.outcomes).length).toBeGreaterThan(300);
  }, 600_000);
});
