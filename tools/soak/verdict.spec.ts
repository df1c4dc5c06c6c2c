import { Mix, numberOf } from './mix.js';
import { figuresIn, type Sample } from './sample.js';
import { trendsOf } from './verdict.js';

const sample = (minute: number, rssMb: number): Sample => ({
  ...{ minute, rssMb, heapMb: 80, logMb: minute, readModelsMb: minute, walMb: 9, lag: 0 },
  ...{ done: 1, refused: 0, failed: 0, p50: 2, p99: 10 + (minute % 3), readP99: 5 },
});
const rssOver = (minutes: number, rss: (minute: number) => number) =>
  trendsOf(Array.from({ length: minutes }, (_, index) => sample(index + 1, rss(index + 1))))[0];

describe('the slope of a soak', () => {
  it('sees memory that rises by a megabyte a minute', () => {
    const trend = rssOver(60, (minute) => 200 + minute + (minute % 2));
    expect(trend?.perHour).toBeCloseTo(60, 0);
    expect(trend?.words).toMatch(/RISES$/);
  });

  it('does not hold the start of a server against it', () => {
    expect(rssOver(60, (minute) => Math.min(300, 100 + 20 * minute) + (minute % 5))?.words).toMatch(/no slope/);
  });

  it('takes noise for noise, and a sure but small rise for none', () => {
    expect(rssOver(60, (minute) => 300 + 20 * Math.sin(minute * 2.3))?.words).toMatch(/may be chance/);
    expect(rssOver(60, (minute) => 300 + minute / 10 + (minute % 2) / 10)?.words).toMatch(/1\.\d % over the time/);
  });

  it('sees a rise beside minutes in which something else ran', () => {
    const disturbed = (minute: number): number =>
      minute === 23 || minute === 24 ? 1_000 : 200 + minute + (minute % 3);
    expect(rssOver(60, disturbed)?.words).toMatch(/RISES$/);
  });

  it('takes what is 0 most of the time for steady', () => {
    const [, , , lag] = trendsOf(
      Array.from({ length: 60 }, (_, at) => ({ ...sample(at + 1, 300), lag: at > 50 ? 9 : 0 })),
    );
    expect(lag?.z).toBeGreaterThan(1.96);
    expect(lag?.words).toMatch(/no slope/);
  });

  it('says so where there was too little to say', () => {
    expect(rssOver(3, (minute) => minute * 100)?.words).toMatch(/too few samples \(2\)/);
  });
});

describe('what a soak sends and reads', () => {
  it('is the same for the same seed, under ids that say their place', () => {
    const [one, other] = [new Mix(7), new Mix(7)];
    for (let number = 0; number < 500; number += 1) {
      const mixed = one.next();
      expect(mixed).toEqual(other.next());
      expect(numberOf(mixed.body.commandId)).toBe(number);
    }
    expect(numberOf('settle/c-1')).toBeUndefined();
  });

  it('resolves complaints that were raised, for the customer who raised them', () => {
    const mix = new Mix(1);
    const all = Array.from({ length: 2_000 }, () => mix.next());
    const raised = new Map(all.filter((m) => m.command === 'RaiseComplaint').map(({ body }) => [body.commandId, body]));
    const resolved = all.filter(({ command }) => command === 'ResolveComplaint');
    expect(resolved.length).toBeGreaterThan(10);
    for (const { body } of resolved) {
      expect(raised.get(String(body['complaintId']))?.customerId).toBe(body.customerId);
    }
  });

  it('finds figures by their whole name, with labels and without', () => {
    const text = '# HELP lag x\nlag{projection="a"} 3\nlag{projection="b"} 12\nlag_total 99\nrss 1.5e8\n';
    expect(figuresIn(text, 'lag')).toEqual([3, 12]);
    expect(figuresIn(text, 'rss')).toEqual([1.5e8]);
  });
});
