import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional, ValidateIf, validateSync } from 'class-validator';
import fc from 'fast-check';
import { Clearable, CustomerCommand, IsText, IsWhole, MoneyInput, Nested } from '#kernel/customer.commands.js';
import type { FieldError } from '#kernel/errors.js';
import { fieldsOf, instantiate } from './dto.js';
import { schemaOf, type Schema } from './json-schema.js';

class Item {
  @IsText(5) sku!: string;
  @IsWhole(1, 9) quantity!: number;
  @IsOptional() @Nested(MoneyInput) price?: MoneyInput;
}
class Sample extends CustomerCommand {
  readonly type = 'Sample' as const;
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(2) @Nested(Item, { each: true }) items!: Item[];
  @IsOptional() @IsIn(['web', 'shop']) channel?: string;
  @IsOptional() @IsText(3, 1) note?: string;
  @ValidateIf((body: Sample) => body.channel === 'shop') @IsText(9) shop?: string;
  @Clearable() @IsText(9) name?: string | null;
}

const errorsOf = (body: unknown): readonly FieldError[] => {
  const errors: FieldError[] = [];
  instantiate(Sample, body, errors);
  return errors;
};
const good = { customerId: 'c-1', items: [{ sku: 'mug', quantity: 1 }] };

describe('a DTO from plain JSON', () => {
  it('is an instance of its class, nested classes included', () => {
    const errors: FieldError[] = [];
    const made = instantiate(Sample, { ...good, name: null, note: null }, errors) as Sample;
    expect(errors).toEqual([]);
    expect(made).toBeInstanceOf(Sample);
    expect(made.items[0]).toBeInstanceOf(Item);
    expect([made.type, made.name, made.note]).toEqual(['Sample', null, undefined]);
  });

  it.each([
    [7, [{ path: '', message: 'must be an object' }]],
    [{ ...good, items: [] }, [{ path: 'items', message: 'must contain at least 1 elements' }]],
    [{ ...good, items: 'x' }, [{ path: 'items', message: 'must be an array' }]],
    [{ ...good, items: [null] }, [{ path: 'items[0]', message: 'must be an object' }]],
    [
      { ...good, items: [{ sku: 'm', quantity: 10 }] },
      [{ path: 'items[0].quantity', message: 'must be a whole number from 1 to 9' }],
    ],
    [{ ...good, type: 'Other' }, [{ path: 'type', message: 'is not a known field' }]],
    [{ ...good, channel: 'mail' }, [{ path: 'channel', message: 'must be one of the following values: web,shop' }]],
    [{ ...good, channel: 'shop' }, [{ path: 'shop', message: expect.stringContaining('1 to 9 characters') }]],
  ])('says where %j is wrong', (body, errors) => {
    expect(errorsOf(body)).toEqual(errors);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('takes nothing called %s', (name) => {
    const body: unknown = JSON.parse(
      `{"customerId":"c-1","items":[{"sku":"m","quantity":1,"${name}":{}}],"${name}":{}}`,
    );
    expect(errorsOf(body).map(({ path }) => path)).toEqual([name, `items[0].${name}`]);
    expect(errorsOf(JSON.parse('{"__proto__":{"customerId":"c-1","items":[]}}')).map(({ path }) => path)).toContain(
      'customerId',
    );
  });

  it('names a hundred errors at most', () => {
    const body = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x${at}`, 1]));
    expect(errorsOf(body)).toHaveLength(100);
  });

  it('agrees with class-validator on what holds', () => {
    const value = fc.oneof(
      ...['mug', '', 'toolong-toolong', 'web', 'shop', 0, 1, 9, 10, 1.5, true, {}, []].map(fc.constant),
    );
    const item = fc.record({ sku: value, quantity: value }, { requiredKeys: [] });
    const body = fc.record(
      {
        customerId: value,
        items: fc.oneof(value, fc.array(item, { maxLength: 3 })),
        channel: value,
        note: value,
        shop: value,
        name: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (plain) => {
        const made = instantiate(Sample, plain, []) as Sample & Record<string, unknown>;
        for (const field of ['customerId', 'channel', 'note', 'shop', 'name'] as const) {
          made[field] = (plain as Record<string, never>)[field] as never;
        }
        const { items } = plain;
        made.items = (Array.isArray(items) ? items.map((one) => Object.assign(new Item(), one)) : items) as Item[];
        const theirs = validateSync(made, { forbidUnknownValues: false }).map(({ property }) => property);
        const ours = new Set(errorsOf(plain).map(({ path }) => path.replace(/[[.].*/, '')));
        expect([...ours].sort()).toEqual(theirs.sort());
      }),
      { numRuns: 500 },
    );
  });
});

describe('the JSON schema of a DTO', () => {
  it('says what its rules say', () => {
    const shared = new Map<string, Schema>();
    expect(schemaOf(Sample, shared)).toMatchObject({
      required: ['items', 'customerId'],
      additionalProperties: false,
      properties: {
        items: { type: 'array', minItems: 1, maxItems: 2, items: { $ref: '#/components/schemas/Item' } },
        channel: { enum: ['web', 'shop'] },
        name: { anyOf: [{ type: 'string', minLength: 1, maxLength: 9 }, { type: 'null' }] },
      },
    });
    expect([...shared.keys()]).toEqual(['Item', 'MoneyInput']);
    expect(fieldsOf(Sample)).toBe(fieldsOf(Sample));
  });
});
