import fc from 'fast-check';
import { DefinitionError } from '#kernel/errors.js';
import { INSTRUMENTS } from './surveys.events.js';
import { isDetractor, SCALES, surveysPolicy } from './surveys.policy.js';
import { counted, noCounts, npsOf, satisfactionOf, scaledOf } from './surveys.scores.policy.js';

const policy = surveysPolicy.defaults;

describe('a score between 0 and 100', () => {
  it.each([
    ['nps', 0, 0],
    ['nps', 7, 7_000],
    ['nps', 10, 10_000],
    ['csat', 1, 0],
    ['csat', 4, 7_500],
    ['csat', 5, 10_000],
    ['ces', 1, 0],
    ['ces', 2, 1_667],
    ['ces', 5, 6_667],
    ['ces', 7, 10_000],
  ] as const)('%s %d is %d hundredths', (instrument, score, scaled) =>
    expect(scaledOf(instrument, score)).toBe(scaled),
  );
});

describe('satisfaction', () => {
  it('is the mean, and the share that reaches the target', () => {
    const counts = { ...noCounts, csat: { '5': 2, '4': 1 } };
    expect(satisfactionOf(counts, policy)).toEqual({ answers: 3, mean: 9_167, atTarget: 2, shareAtTarget: 6_667 });
  });
  it('says nothing without answers', () => {
    expect(satisfactionOf(noCounts, policy)).toEqual({ answers: 0, mean: null, atTarget: 0, shareAtTarget: null });
  });
  it('rounds once, however many instruments are added up', () => {
    // 5⁄6, 1⁄2 and 7⁄10 of their ranges: 2.0333 of 3
    const counts = { nps: { '7': 1 }, csat: { '3': 1 }, ces: { '6': 1 } };
    expect(satisfactionOf(counts, policy).mean).toBe(6_778);
  });
  it('depends on no order', () => {
    const answer = fc
      .constantFrom(...INSTRUMENTS)
      .chain((of) => fc.tuple(fc.constant(of), fc.integer({ min: SCALES[of].least, max: SCALES[of].most })));
    const folded = (answers: readonly (readonly [(typeof INSTRUMENTS)[number], number])[]) =>
      satisfactionOf(
        answers.reduce((counts, [of, score]) => counted(counts, of, score), noCounts),
        policy,
      );
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1 }), (answers) => {
        const there = folded(answers);
        expect(folded([...answers].reverse())).toEqual(there);
        const mean = answers.reduce((sum, [of, score]) => {
          const { least, most } = SCALES[of];
          return sum + (10_000 * (score - least)) / (most - least) / answers.length;
        }, 0);
        expect(Math.abs((there.mean ?? NaN) - mean)).toBeLessThanOrEqual(0.500_001);
      }),
    );
  });
});

describe('the Net Promoter Score', () => {
  it('is the share of promoters less that of detractors', () => {
    const score = npsOf({ '10': 3, '9': 2, '8': 1, '7': 1, '6': 2, '0': 1 }, policy);
    expect(score).toMatchObject({ promoters: 5, passives: 2, detractors: 3, score: 2_000, confidencePercent: 95 });
  });
  it('states the interval of its formula', () => {
    // by hand, n = 36: (19.75 − 8.75) ÷ 39 ± 1.96 × √((28.5 ÷ 39 − (11 ÷ 39)²) ÷ 39) = 0.2821 ± 0.2533
    const score = npsOf({ '10': 19, '8': 9, '3': 8 }, policy);
    expect([score?.score, score?.low, score?.high]).toEqual([3_056, 288, 5_353]);
  });
  it('is not certain of one answer, and never beyond 100', () => {
    expect(npsOf({ '10': 1 }, policy)).toMatchObject({ score: 10_000, low: -4_850, high: 9_850 });
    expect(npsOf({ '10': 1_000 }, { ...policy, confidence: { percent: 99, zThousandths: 9_999 } })?.high).toBe(10_000);
    expect(npsOf({ '0': 1_000 }, { ...policy, confidence: { percent: 99, zThousandths: 9_999 } })?.low).toBe(-10_000);
  });
  it('rounds halves away from 0 on both sides', () => {
    expect(npsOf({ '10': 1, '8': 799 }, policy)?.score).toBe(13);
    expect(npsOf({ '0': 1, '8': 799 }, policy)?.score).toBe(-13);
  });
  it('says nothing without answers', () => expect(npsOf({}, policy)).toBeNull());
});

describe('a detractor', () => {
  it.each([
    ['nps', 6, true],
    ['nps', 7, false],
    ['csat', 2, true],
    ['csat', 3, false],
    ['ces', 1, undefined],
  ] as const)('%s %d: %s', (instrument, score, expected) =>
    expect(isDetractor(instrument, score, policy)).toBe(expected),
  );
});

describe('a published policy of surveys', () => {
  it('is read as it stands', () => expect(surveysPolicy.parse({ ...policy })).toEqual(policy));
  it.each([
    ['a target beyond 100', { target: 101 }],
    ['promoters who are detractors', { promoterFrom: 6 }],
    ['detractors beyond the scale', { detractorAtMost: { nps: 6, csat: 5 } }],
    ['certainty', { confidence: { percent: 100, zThousandths: 1_960 } }],
  ])('is refused with %s', (_, rules) =>
    expect(() => surveysPolicy.parse({ ...policy, ...rules })).toThrow(DefinitionError),
  );
});
