import 'reflect-metadata';
import { validateSync } from 'class-validator';
import {
  CustomerCommand,
  IsDay,
  IsReference,
  IsText,
  IsWhole,
  isCustomerId,
  MoneyInput,
  Nested,
  nestedClassOf,
} from './customer.commands.js';

class Sample extends CustomerCommand {
  readonly type = 'Sample';
  @IsReference() reference: unknown = 'r-1';
  @IsText(5) text: unknown = 'hello';
  @IsWhole(1, 10) whole: unknown = 1;
  @IsDay() day: unknown = '2026-03-02';
  @Nested(MoneyInput) price: unknown = Object.assign(new MoneyInput(), { units: 1, scale: 2, currency: 'GBP' });
}

const badFields = (fields: object): readonly string[] =>
  validateSync(Object.assign(new Sample(), { customerId: 'c-1', ...fields })).map(({ property }) => property);

describe('a customer id', () => {
  it.each(['c-1', '00004', '17850', 'a.b_c:d-e', 'x'.repeat(64)])('may be %s', (id) =>
    expect(isCustomerId(id)).toBe(true),
  );
  it.each(['', 'ann@example.org', '+44 20 7946 0958', '02079460958', '-a', 'a b', 'x'.repeat(65), 'é', 5, null])(
    'may not be %s',
    (id) => expect(isCustomerId(id)).toBe(false),
  );
});

describe('the fields of a command', () => {
  it('hold', () => expect(badFields({})).toEqual([]));
  it.each([
    ['customerId', [undefined, 'ann@example.org']],
    ['at', ['yesterday', '2026-02-30T00:00:00Z']],
    ['commandId', ['', 'x'.repeat(201), 'a\u0000']],
    ['reference', ['', ' a', 'a ', 'a\nb', 'x'.repeat(101), '\ud800', 5]],
    ['text', ['', 'toolong', 'a\u0007', '\udc00', null]],
    ['whole', [0, 11, 1.5, '1', NaN]],
    ['day', ['2026-02-29', '2026-3-2', 5]],
    ['price', [{ units: 1 }, Object.assign(new MoneyInput(), { units: -1, scale: 7, currency: 'gbp' })]],
  ])('%s is refused by its name', (field, values) => {
    for (const value of values) expect([value, badFields({ [field]: value })]).toEqual([value, [field]]);
  });
  it('know the class of what they hold', () => {
    expect(nestedClassOf(Sample.prototype, 'price')).toBe(MoneyInput);
    expect(nestedClassOf(Sample.prototype, 'text')).toBeUndefined();
  });
});
