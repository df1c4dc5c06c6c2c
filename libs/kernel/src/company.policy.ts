import { definePolicy } from './policy.js';
import { text } from './parse.js';
import { DefinitionError } from './errors.js';
import { isZone } from './time.js';

/** What holds for the whole deployment. */
export interface CompanyPolicy {
  /** IANA zone in which business days, months and years begin and end. */
  readonly zone: string;
  /** ISO 4217 code by which documents are sorted where customers have several currencies. */
  readonly currency: string;
}

/** @source docs/adr/0005-time-is-a-fact.md */
export const companyPolicy = definePolicy<CompanyPolicy>({
  name: 'company',
  defaults: { zone: 'UTC', currency: 'USD' },
  parse: (raw) => {
    const zone = text(raw['zone']);
    if (!isZone(zone)) throw new DefinitionError(`zone: ${zone} is no IANA time zone such as Europe/London`);
    const currency = text(raw['currency']);
    if (!/^[A-Z]{3}$/.test(currency)) throw new DefinitionError('currency: must be an ISO 4217 code such as GBP');
    return { zone, currency };
  },
});
