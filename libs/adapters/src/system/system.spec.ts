import { clockContract } from '#testing/clock.contract.js';
import { idsContract } from '#testing/ids.contract.js';
import { SystemClock } from './system-clock.js';
import { SystemIds } from './system-ids.js';

const DNS_NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

idsContract('system', () => new SystemIds());
clockContract('system', () => new SystemClock());

describe('system ids', () => {
  it('derive what RFC 9562 derives (appendix A.4)', () => {
    expect(new SystemIds(DNS_NAMESPACE).derived('www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('never change for a name: facts already stored have them', () => {
    expect(new SystemIds().derived('command-1/0')).toBe('dd3b0130-dc3e-52f2-8d77-2e28511f7f15');
  });
});
