import { getMetadataStorage } from 'class-validator';
import { isClearable, nestedClassOf } from '#kernel/customer.commands.js';
import { DefinitionError, type FieldError } from '#kernel/errors.js';

export type DtoClass = new () => object;

/** One class-validator rule of a field, ready to be asked. */
export interface Rule {
  readonly name: string;
  readonly figures: readonly unknown[];
  readonly each: boolean;
  readonly holds: (value: unknown, body: object) => boolean;
  readonly message: string;
}

export interface Field {
  readonly name: string;
  /** May be left out; null is the same as leaving it out, unless it clears the field. */
  readonly optional: boolean;
  readonly clearable: boolean;
  readonly conditions: readonly ((body: object, value: unknown) => boolean)[];
  readonly rules: readonly Rule[];
  readonly nested: { readonly type: DtoClass; readonly each: boolean } | undefined;
}

type Body = Readonly<Record<string, unknown>>;

const MOST_ERRORS = 100;
const LONGEST_NAME = 100;
const plans = new Map<DtoClass, ReadonlyMap<string, Field>>();

/** The fields that class-validator's decorators declare on a class, compiled once. */
export function fieldsOf(type: DtoClass): ReadonlyMap<string, Field> {
  let plan = plans.get(type);
  if (plan === undefined) plans.set(type, (plan = compile(type)));
  return plan;
}

/**
 * An instance of a DTO class from plain JSON. Only own properties that the class declares are taken; every other field,
 * `__proto__` included, is an error. `errors` gets the first broken rule of every bad field.
 */
export function instantiate(type: DtoClass, body: unknown, errors: FieldError[], path = ''): object {
  const instance = new type() as Record<string, unknown>;
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    errors.push({ path, message: 'must be an object' });
    return instance;
  }
  const fields = fieldsOf(type);
  for (const name of Object.keys(body)) {
    if (!fields.has(name)) report(errors, at(path, name), 'is not a known field');
  }
  for (const field of fields.values()) {
    const value = Object.hasOwn(body, field.name) ? (body as Body)[field.name] : undefined;
    if (field.optional && (value === undefined || value === null)) {
      if (value === null && field.clearable) instance[field.name] = null;
      continue;
    }
    instance[field.name] = checked(field, value, body, errors, path);
  }
  return instance;
}

/** @param within  Where the body is; the path of the field is only put together where something is wrong, or inside of it. */
function checked(field: Field, value: unknown, body: object, errors: FieldError[], within: string): unknown {
  for (const condition of field.conditions) if (!condition(body, value)) return value;
  for (const rule of field.rules) {
    const wrong = rule.each && Array.isArray(value) ? value.findIndex((item) => !rule.holds(item, body)) : -1;
    if (wrong >= 0) return void report(errors, `${at(within, field.name)}[${wrong}]`, rule.message);
    if (!(rule.each && Array.isArray(value)) && !rule.holds(value, body))
      return void report(errors, at(within, field.name), rule.message);
  }
  if (field.nested === undefined) return value;
  const path = at(within, field.name);
  const { type, each } = field.nested;
  if (!each) return instantiate(type, value, errors, path);
  if (!Array.isArray(value)) return void report(errors, path, 'must be a list');
  return value.map((item: unknown, index) =>
    errors.length < MOST_ERRORS ? instantiate(type, item, errors, `${path}[${index}]`) : item,
  );
}

function compile(type: DtoClass): ReadonlyMap<string, Field> {
  const storage = getMetadataStorage();
  const fields = new Map<string, Field>();
  const metadata = storage.getTargetValidationMetadatas(type, '', false, false);
  for (const [name, declared] of Object.entries(storage.groupByPropertyName(metadata))) {
    const rules: Rule[] = [];
    const conditions: Field['conditions'][number][] = [];
    let optional = false;
    let nested: Field['nested'];
    // Decorators run from the last to the first; what is written first is reported first.
    for (const { type: kind, name: given, constraints = [], each, constraintCls, message } of declared.toReversed()) {
      if (kind === 'conditionalValidation' && given === 'isOptional') optional = true;
      else if (kind === 'conditionalValidation') conditions.push(constraints[0] as Field['conditions'][number]);
      else if (kind === 'nestedValidation') {
        const nestedType = nestedClassOf(type.prototype as object, name);
        if (nestedType === undefined)
          throw new DefinitionError(`${type.name}.${name}: use @Nested, not @ValidateNested.`);
        nested = { type: nestedType, each };
      } else if (kind === 'customValidation') {
        const rule = { kind: given ?? 'rule', figures: constraints as unknown[], each, target: type, field: name };
        for (const { instance } of storage.getTargetValidatorConstraints(constraintCls)) {
          rules.push(ruleOf(rule, instance, message));
        }
      }
    }
    const clearable = isClearable(type.prototype as object, name);
    fields.set(name, { name, optional, clearable, conditions, rules, nested });
  }
  return fields;
}

interface Declared {
  readonly kind: string;
  readonly figures: unknown[];
  readonly each: boolean;
  readonly target: DtoClass;
  readonly field: string;
}
type Constraint = ReturnType<
  ReturnType<typeof getMetadataStorage>['getTargetValidatorConstraints']
>[number]['instance'];

function ruleOf({ kind, figures, each, target, field }: Declared, constraint: Constraint, message: unknown): Rule {
  const args = {
    value: undefined as unknown,
    constraints: figures,
    targetName: target.name,
    object: {},
    property: field,
  };
  const words = typeof message === 'string' ? message : (constraint.defaultMessage?.(args) ?? 'does not hold');
  return {
    name: kind,
    figures,
    each,
    holds: (value, object) => {
      [args.value, args.object] = [value, object]; // no rule waits: the next one may have them
      return constraint.validate(value, args) === true;
    },
    message: worded(words, figures, field),
  };
}

/** The path says which field: what is left is what is wrong with it. */
const worded = (words: string, figures: readonly unknown[], field: string): string =>
  words
    .replace(/^(each value in )?\$property /, '')
    .replace(/\$constraint(\d)/g, (_, nth: string) => String(figures[Number(nth) - 1]))
    .replaceAll('$property', field);

function report(errors: FieldError[], path: string, message: string): void {
  if (errors.length < MOST_ERRORS) errors.push({ path, message });
}

/** Names of callers are cut, lest the answer be as long as what was sent. */
const at = (path: string, name: string): string => {
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return path === '' ? shown : `${path}.${shown}`;
};
