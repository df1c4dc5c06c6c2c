import { InvalidRequest } from '#kernel/errors.js';
import { NotFound, RevisionMismatch } from '#engine/errors.js';
import { Exit, exitOf } from './exit.js';
import { nearNames } from './near.js';
import { Params } from './params.js';
import { problemOf } from './problem.js';

describe('an error', () => {
  const none = (): void => undefined;

  it('of the domain is a problem document with its stable code', () => {
    expect(problemOf(new RevisionMismatch(1, 2), none)).toMatchObject({
      status: 412,
      code: 'command.revision_mismatch',
    });
    const errors = [{ path: 'a.b', message: 'is bad' }];
    expect(problemOf(new InvalidRequest(errors), none)).toMatchObject({ status: 400, errors, detail: 'a.b: is bad' });
  });

  it('that nobody foresaw shows nothing of itself but an id, and is told under it', () => {
    const told: unknown[] = [];
    const problem = problemOf(new Error('the password is x'), (...args) => told.push(args));
    expect(JSON.stringify(problem)).not.toContain('password');
    expect(told).toEqual([[problem.instance, expect.any(Error)]]);
    expect(problem.status).toBe(500);
  });

  it('has an exit code by its kind', () => {
    expect(exitOf(new NotFound('customer', 'x'))).toBe(Exit.notFound);
    expect(exitOf(new RevisionMismatch(1, 2))).toBe(Exit.conflict);
    expect(exitOf(new InvalidRequest([]))).toBe(Exit.invalid);
    expect(exitOf(new Error('x'))).toBe(Exit.failed);
  });
});

describe('names that come near', () => {
  it('are named, nearest first', () => {
    const known = ['RecordPurchase', 'RefundPurchase', 'EarnPoints'];
    expect(nearNames('recordpurchase', known)).toBe('Did you mean RecordPurchase or RefundPurchase?');
    expect(nearNames('Whatever', known)).toBe('');
  });
});

describe('parameters of a query', () => {
  it('become filters, ranges and sorts', () => {
    const params = new Params({
      stage: 'loyal',
      'spend[gte]': '5',
      'spend[lt]': '9',
      sort: 'stage,-spend',
      limit: '3',
      after: '7',
    });
    expect(params.wait()).toEqual({ position: 7, timeoutMs: 2_000 });
    expect(params.find()).toEqual({
      where: { stage: 'loyal', spend: { gte: '5', lt: '9' } },
      sort: ['stage', '-spend'],
      limit: 3,
    });
    expect(() => params.check()).not.toThrow();
  });

  it('are all named where they do not hold', () => {
    const params = new Params({ wait: '-1', after: ['1', '2'], follow: 'yes', odd: '1' });
    params.wait();
    params.flag('follow');
    expect(() => params.check()).toThrow(/after: .*wait: .*follow: .*odd: is no parameter/);
  });
});
