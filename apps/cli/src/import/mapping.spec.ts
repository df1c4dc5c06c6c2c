import { readdirSync, readFileSync } from 'node:fs';
import { MappingError } from './mapping-reader.js';
import { parseMapping } from './mapping.js';
import { shopMapping } from './mapping.fixture.js';

const problemsOf = (json: unknown): readonly string[] => {
  try {
    parseMapping(json);
    return [];
  } catch (error) {
    if (error instanceof MappingError) return error.problems;
    throw error;
  }
};

describe('a mapping', () => {
  it('is read with its defaults', () => {
    const mapping = parseMapping(shopMapping);
    expect(mapping.file).toEqual({ encoding: 'utf-8', delimiter: ',', quote: '"', header: true, columns: null });
    expect(mapping).toMatchObject({ register: true, scale: 2, decimalMark: '.', channel: null });
  });

  it.each(readdirSync(new URL('../../../../docs/mappings/', import.meta.url)).filter((name) => name.endsWith('.json')))(
    'shipped as %s holds',
    (name) => {
      const text = readFileSync(new URL(`../../../../docs/mappings/${name}`, import.meta.url), 'utf8');
      expect(problemsOf(JSON.parse(text))).toEqual([]);
    },
  );

  it('names every bad field by its path', () => {
    const bad = {
      ...shopMapping,
      currency: 'pounds',
      date: { column: 'when', format: 'YY' },
      file: { delimiter: ';;' },
    };
    expect(problemsOf(bad)).toEqual([
      'file.delimiter must be one character or "blanks"',
      'date.format must hold YYYY, MM or M, and DD or D, and may hold HH or H, mm and ss',
      'currency must be an ISO 4217 code such as GBP',
    ]);
  });

  it('refuses a field that it does not know, so that a misspelt one is not ignored', () => {
    expect(problemsOf({ ...shopMapping, curency: 'GBP' })).toEqual(['curency is not known']);
  });

  it('refuses refunds that could not be matched', () => {
    const { unitPrice: _, ...rest } = shopMapping;
    expect(problemsOf({ ...rest, amount: { column: 'price' } })).toEqual(['refund is matched by unitPrice: name it']);
  });

  it('says plainly that customers are synthetic where a template makes them', () => {
    const made = { ...shopMapping, customer: { template: 'shop-{rowNumber}-{invoice}' } };
    expect(problemsOf(made)).toEqual(['customer.synthetic must be true where a template makes the customers']);
    const marked = parseMapping({ ...made, customer: { ...made.customer, synthetic: true } });
    expect(marked.columns).toContainEqual(['customer.template', 'invoice']);
    expect(marked.columns.map(([, column]) => column)).not.toContain('rowNumber');
  });

  it('of another kind has fields of its own', () => {
    const { name, file, customer, date, sku } = shopMapping;
    const mapping = { ...{ name, file, customer, date, sku }, kind: 'contacts', contact: { cost: { column: 'cost' } } };
    expect(problemsOf(mapping)).toEqual([
      ...['channel', 'direction', 'purpose', 'outcome'].flatMap((field) => [
        `contact.${field} must be an object`,
        `contact.${field}.column must be a text`,
      ]),
      ...['currency must be named where contact.cost is', 'sku is not known'],
    ]);
  });

  it('refuses anything but an object', () => {
    expect(problemsOf([])[0]).toBe('it must be an object');
  });

  it('says which path names which column', () => {
    expect(parseMapping(shopMapping).columns).toContainEqual(['purchase.groupBy[0]', 'invoice']);
  });
});
