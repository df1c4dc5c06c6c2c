import { KINDS, readBase } from './mapping-base.js';
import { readPurchases, type PurchaseMapping } from './mapping-purchases.js';
import { Reader } from './mapping-reader.js';
import {
  readComplaints,
  readContacts,
  readSurveys,
  type ComplaintMapping,
  type ContactMapping,
  type SurveyMapping,
} from './mapping-steps.js';

/** How one source's rows become facts. */
export type Mapping = PurchaseMapping | SurveyMapping | ComplaintMapping | ContactMapping;

/** @throws {MappingError} naming the path of every field that does not hold */
export function parseMapping(json: unknown): Mapping {
  const root = new Reader(json);
  const mapping = mappingIn(root);
  root.note('about');
  root.done();
  root.check();
  return mapping;
}

function mappingIn(root: Reader): Mapping {
  const kind = root.oneOf('kind', KINDS, 'purchases');
  const base = readBase(root, kind);
  switch (kind) {
    case 'purchases':
      return { ...base, ...readPurchases(root) };
    case 'surveys':
      return { ...base, ...readSurveys(root) };
    case 'complaints':
      return { ...base, ...readComplaints(root) };
    case 'contacts':
      return { ...base, ...readContacts(root) };
  }
}
