import { isCustomerId } from '#kernel/customer.commands.js';
import { cleanPurchase } from './clean-purchase.js';
import { cleanComplaint, cleanContact, cleanSurvey } from './clean-steps.js';
import { Bad, Fields, Instants, type Reject } from './fields.js';
import type { Mapping } from './mapping.js';
import { ROW_NUMBER } from './mapping-base.js';
import type { CleanRow } from './purchase-rows.js';
import { decoded, quotesIn, type RawRow } from './rows.js';
import type { CleanSteps } from './steps.js';

export type Clean = CleanRow | CleanSteps;

/** Turns rows into clean ones, or says what is wrong with them. */
export class Cleaner {
  private readonly places: ReadonlyMap<string, number>;
  private readonly instants: Instants;
  private readonly quotesHold: (raw: string) => boolean;
  private rowNumber = 0;

  /** @param columns  The file's columns by position. */
  constructor(
    private readonly mapping: Mapping,
    columns: readonly string[],
    companyZone: string,
  ) {
    this.places = new Map(columns.map((name, at) => [name, at]));
    this.instants = new Instants(companyZone);
    this.quotesHold = quotesIn(mapping.file);
  }

  /** @throws nothing: a row that does not hold comes back as a reject */
  clean({ fields, raw }: RawRow): Clean | Reject {
    this.rowNumber += 1;
    if (decoded(raw, this.mapping.file.encoding) === undefined) {
      return { column: '', reason: `the row is not valid ${this.mapping.file.encoding}` };
    }
    if (!this.quotesHold(raw)) {
      return {
        column: '',
        reason: 'a quote stands within a field: quote the field and double it, or say "quote": null in the mapping',
      };
    }
    if (fields.length !== this.places.size) {
      return { column: '', reason: `the row has ${fields.length} fields, not ${this.places.size}` };
    }
    try {
      return this.cleaned(new Fields(this.mapping, this.instants, (column) => this.text(fields, column)));
    } catch (error) {
      if (error instanceof Bad) return { column: error.column, reason: error.message };
      throw error;
    }
  }

  private cleaned(fields: Fields): Clean {
    const { mapping } = this;
    const customerId = this.customerId(fields);
    for (const rule of mapping.reject) if (fields.holds(rule)) throw new Bad(rule.column, rule.reason);
    switch (mapping.kind) {
      case 'purchases':
        return cleanPurchase(mapping, customerId, fields);
      case 'surveys':
        return cleanSurvey(mapping, customerId, fields);
      case 'complaints':
        return cleanComplaint(mapping, customerId, fields);
      case 'contacts':
        return cleanContact(mapping, customerId, fields);
    }
  }

  private text(fields: readonly string[], column: string): string {
    const field = fields[this.places.get(column) ?? -1] ?? '';
    return (decoded(field, this.mapping.file.encoding) ?? '').trim();
  }

  private customerId(fields: Fields): string {
    const { column, template, stripSuffix, stripLeadingZeros, prefix } = this.mapping.customer;
    const part = (name: string): string => {
      const text = name === ROW_NUMBER ? String(this.rowNumber) : fields.text(name);
      if (text === '') throw new Bad(name, 'no customer');
      return text;
    };
    const text = template === '' ? part(column) : template.replace(/\{([^{}]*)\}/g, (_, name: string) => part(name));
    let id = stripSuffix !== '' && text.endsWith(stripSuffix) ? text.slice(0, -stripSuffix.length) : text;
    if (stripLeadingZeros) id = id.replace(/^0+(?=.)/, '');
    id = prefix + id;
    if (!isCustomerId(id)) {
      throw new Bad(
        column,
        'no id of a customer: 1 to 64 letters, digits or ._:-, neither an e-mail address nor a phone number',
      );
    }
    return id;
  }
}
