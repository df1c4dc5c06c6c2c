import { fieldsOf, type DtoClass, type Field, type Rule } from './dto.js';

export type Schema = Readonly<Record<string, unknown>>;

/** What a rule of class-validator, or of the kernel, says in JSON Schema. A rule that is not here says nothing. */
const KEYWORDS: Readonly<Record<string, (...figures: never[]) => Schema>> = {
  isCustomerId: () => ({ type: 'string', maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$' }),
  isInstant: () => ({ type: 'string', format: 'date-time' }),
  isDay: () => ({ type: 'string', format: 'date' }),
  isInstantOrDay: () => ({ type: 'string', anyOf: [{ format: 'date-time' }, { format: 'date' }] }),
  isReference: () => ({ type: 'string', minLength: 1, maxLength: 100 }),
  isText: (least: number, most: number) => ({ type: 'string', minLength: least, maxLength: most }),
  isLength: (least: number, most: number) => ({ type: 'string', minLength: least, maxLength: most }),
  isWhole: (least: number, most: number) => ({ type: 'integer', minimum: least, maximum: most }),
  matches: (pattern: RegExp) => ({ type: 'string', pattern: pattern.source }),
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isObject: () => ({ type: 'object' }),
  isArray: () => ({ type: 'array' }),
  isIn: (values: readonly unknown[]) => ({ enum: values }),
  notEquals: (value: unknown) => ({ not: { const: value } }),
  equals: (value: unknown) => ({ const: value }),
  min: (least: number) => ({ minimum: least }),
  max: (most: number) => ({ maximum: most }),
  maxLength: (most: number) => ({ maxLength: most }),
  minLength: (least: number) => ({ minLength: least }),
  arrayMinSize: (least: number) => ({ minItems: least }),
  arrayMaxSize: (most: number) => ({ maxItems: most }),
  arrayUnique: () => ({ uniqueItems: true }),
};

/** The schema of a DTO class; classes of its fields are put into `shared` under their names. */
export function schemaOf(type: DtoClass, shared: Map<string, Schema>): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const field of fieldsOf(type).values()) {
    const schema = schemaOfField(field, shared);
    properties[field.name] = field.clearable ? { anyOf: [schema, { type: 'null' }] } : schema;
    if (!field.optional && field.conditions.length === 0) required.push(field.name);
  }
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

function schemaOfField({ rules, nested }: Field, shared: Map<string, Schema>): Schema {
  const whole = keywordsOf(rules.filter(({ each }) => !each));
  const items = keywordsOf(rules.filter(({ each }) => each));
  if (nested === undefined) return Object.keys(items).length === 0 ? whole : { ...whole, type: 'array', items };
  const { name } = nested.type;
  if (!shared.has(name)) {
    shared.set(name, {});
    shared.set(name, schemaOf(nested.type, shared));
  }
  const reference = { $ref: `#/components/schemas/${name}` };
  return nested.each ? { ...whole, type: 'array', items: reference } : reference;
}

const keywordsOf = (rules: readonly Rule[]): Schema =>
  Object.assign({}, ...rules.map(({ name, figures }) => KEYWORDS[name]?.(...(figures as never[])) ?? {})) as Schema;
