import * as fc from 'fast-check';
import { mutated } from './mutations.js';

type Schema = Readonly<Record<string, unknown>>;
type Body = Schema;

/** A command as the OpenAPI document declares it. */
export interface DeclaredCommand {
  readonly type: string;
  /** Bodies near those its schema allows, as JSON text that may be none. */
  readonly texts: fc.Arbitrary<string>;
}

/** Few, so that commands meet what earlier ones left behind, and what they leave stays small. */
const CUSTOMERS = 24;
const THINGS = 12;

/** Every command of an OpenAPI document. */
export function declaredCommands(document: Schema): readonly DeclaredCommand[] {
  const schemas = (document['components'] as { schemas: Record<string, Schema> }).schemas;
  return Object.keys(document['paths'] as object)
    .map((path) => /^\/v1\/commands\/(\w+)$/.exec(path)?.[1])
    .filter((type) => type !== undefined)
    .map((type) => ({ type, texts: mutated(objectOf(schemas[type] as Schema, schemas)) }));
}

function objectOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<Body> {
  const {
    properties = {},
    required = [],
    examples = [{}],
  } = schema as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
    readonly examples?: readonly Body[];
  };
  const fields = Object.entries(properties).map(
    ([name, field]) => [name, valueOf(name, field, schemas, examples[0]?.[name])] as const,
  );
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] }) as fc.Arbitrary<Body>;
}

function valueOf(
  name: string,
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  example: unknown,
): fc.Arbitrary<unknown> {
  const { $ref, anyOf, enum: choices, items, type, pattern, format, minimum, maximum, minItems = 0 } = schema;
  if (typeof $ref === 'string') return objectOf(schemas[$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (Array.isArray(choices)) return fc.constantFrom(...(choices as unknown[]));
  if (items !== undefined) {
    return fc.array(valueOf(name, items as Schema, schemas, undefined), {
      minLength: Number(minItems),
      maxLength: Number(minItems) + 3,
    });
  }
  if (format === 'date-time') return instants;
  if (format === 'date') return fc.constantFrom('1990-12-10', '2025-03-30', '1900-01-01');
  if (name === 'customerId' || name === 'to') return numbered('c', CUSTOMERS);
  if (name === 'commandId') return numbered('k', 2_000);
  if (name === 'currency') return fc.constantFrom('GBP', 'GBP', 'GBP', 'EUR', 'XXX');
  if (type === 'integer' || type === 'number') return wholes(Number(minimum ?? -5), Number(maximum ?? 1_000));
  if (type === 'boolean') return fc.boolean();
  if (typeof pattern === 'string')
    return example === undefined ? fc.stringMatching(new RegExp(pattern)) : fc.constant(example);
  if (name.endsWith('Id') || name === 'sku')
    return fc.oneof(numbered(name, THINGS), fc.constant(example ?? `${name}-1`));
  if (Array.isArray(anyOf)) {
    const forms = (anyOf as Schema[]).map((one) =>
      one['type'] === 'null' ? fc.constant(null) : valueOf(name, one, schemas, example),
    );
    return fc.oneof(...forms);
  }
  if (example !== undefined) return fc.constant(example);
  return type === 'object' ? fc.constant({}) : fc.string({ minLength: 1, maxLength: 20 });
}

const numbered = (name: string, most: number): fc.Arbitrary<string> => fc.nat(most).map((n) => `${name}-${n}`);
const wholes = (least: number, most: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: least, max: Math.min(most, Math.max(least, 0) + 100) }) },
    { weight: 1, arbitrary: fc.constantFrom(least, most) },
  );
const instants = fc
  .integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2026, 2, 10) })
  .map((ms) => new Date(ms).toISOString());
