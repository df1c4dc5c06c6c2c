import type { Schema } from './json-schema.js';

const text: Schema = { type: 'string' };
const whole: Schema = { type: 'integer' };
const fraction: Schema = { type: 'number', description: 'From 0 to 1.' };
const flag: Schema = { type: 'boolean' };
const instant: Schema = { type: 'string', format: 'date-time' };
const anything: Schema = { type: 'object', additionalProperties: true };
const list = (items: Schema): Schema => ({ type: 'array', items });
const nullable = ({ type, ...rest }: Schema): Schema => ({ type: [type, 'null'], ...rest });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  ...{ type: 'object', properties },
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const receipt = {
  commandId: text,
  customerId: text,
  revision: { ...whole, description: "Of the customer's newest fact; -1 for none. What If-Match takes." },
  position: { ...whole, description: 'What after= takes to read what this command did.' },
  facts: list(object({ id: text, type: text, revision: whole, occurredAt: instant, data: anything })),
  repeated: { ...flag, description: 'True when an earlier request of this id did it.' },
  dryRun: flag,
  clock: ref('Clock'),
  policy: object({ name: text, version: whole, effectiveFrom: instant }),
};
const problem = {
  ...{ type: text, title: text, status: whole, detail: text, instance: text },
  code: { ...text, description: 'Stable: what a program may decide by.' },
  errors: list(object({ path: text, message: text })),
};
const fact = {
  ...{ id: text, type: text, version: whole, stream: text, revision: whole, position: whole },
  ...{ occurredAt: instant, recordedAt: instant, data: anything, metadata: anything },
};
const policyVersion = object({ name: text, version: whole, effectiveFrom: instant, position: whole, rules: anything });
const rebuild = object(
  {
    ...{
      name: text,
      state: { enum: ['running', 'done', 'failed', 'cancelled'] },
      share: fraction,
      facts: whole,
    },
    secondsLeft: nullable(whole),
    compared: object({
      name: text,
      appeared: whole,
      disappeared: whole,
      changed: whole,
      first: list(ref('Difference')),
    }),
  },
  ['compared'],
);

const snapshot = object({
  ...{ name: text, model: text, version: whole, indexes: list(anything), by: { enum: ['recorded', 'business'] } },
  asOf: { type: ['string', 'integer'], description: 'An instant or a position.' },
  position: { ...whole, description: 'The newest fact that was known when it was folded.' },
  ...{ keptAt: instant, documents: whole, digest: text },
});

const said = { ...text, description: 'In words.' };
const explanation = object({
  ...{ customerId: text, statement: text, which: nullable(text), readModel: text, key: text, at: instant, says: said },
  ...{ states: anything, figures: anything, follows: list(said) },
  rules: list(object({ policy: text, version: whole, effectiveFrom: instant, words: said, figures: anything })),
  earlier: {
    ...nullable(object({ facts: whole, lastRevision: whole, firstAt: instant, lastAt: instant, decisive: flag })),
    description: 'All facts up to a revision, taken as one; null where those that are listed suffice.',
  },
  facts: list(
    object({
      ...{ id: text, revision: whole, type: text, occurredAt: instant, what: said, amount: nullable(text) },
      decisive: { ...flag, description: 'Without it the statement would be another.' },
      without: { ...nullable(text), description: 'What would be said without a decisive one.' },
    }),
  ),
  next: nullable(object({ at: instant, says: said })),
});

const pair = (figure: Schema): Schema => object({ before: figure, after: figure });
const money = object({ units: whole, scale: whole, currency: text });
const reason = nullable(object({ facts: list(text), policy: nullable(object({ name: text, version: whole })) }));
const whatIf = {
  policies: {
    ...{ type: 'object', additionalProperties: anything },
    description: 'Rules by the name of their policy, whole, as they would be published. None: as it was.',
  },
  from: { ...text, description: 'In force for facts from this instant or day on; always by default.' },
  asOf: { ...text, description: 'How much of history is looked at: an instant or a position; all by default.' },
  by: { enum: ['recorded', 'business'] },
};
const verdict = object({
  policies: list(object({ name: text, effectiveFrom: instant, differs: flag })),
  asOf: object({ position: whole, time: nullable(instant) }),
  measurements: { enum: ['as published', 'measured again'] },
  facts: object({ kept: whole, derived: pair(whole), withoutObject: anything }),
  customers: object({
    ...{ all: whole, changed: whole, undecided: whole },
    reasons: list(object({ customerId: text, reason: text })),
  }),
  standings: list(
    object({
      ...{ model: text, field: text, moved: whole },
      counts: { type: 'object', additionalProperties: pair(whole) },
      moves: list(object({ from: nullable(text), to: nullable(text), customers: whole })),
      examples: list(object({ customerId: text, from: nullable(text), to: nullable(text), why: pair(reason) })),
    }),
  ),
  amounts: list(
    object({
      ...{ model: text, unit: text, changed: whole },
      sums: { type: 'object', additionalProperties: pair(whole) },
      liability: object({ amount: pair(whole), money: pair(list(money)) }),
      examples: list(object({ customerId: text, before: whole, after: whole, why: pair(reason) })),
    }),
  ),
  episodes: list(
    object({
      model: text,
      reasons: list(
        object({
          ...{ reason: text, raised: pair(whole), open: pair(whole) },
          ...{ appeared: whole, disappeared: whole, moved: whole },
        }),
      ),
      examples: list(
        object({
          ...{ customerId: text, reason: text, kind: { enum: ['appeared', 'disappeared'] }, about: text },
          ...{ since: instant, why: reason },
        }),
      ),
    }),
  ),
  shortfall: object({
    ...{ count: whole, missing: whole },
    byType: list(object({ type: text, count: whole, asked: whole, given: whole })),
    examples: list(object({ customerId: text, type: text, factId: text, at: instant, asked: whole, given: whole })),
  }),
});

/** What the routes answer with, by name. */
export const answerSchemas: Readonly<Record<string, Schema>> = {
  Problem: object(problem, ['instance', 'errors']),
  Receipt: object(receipt, ['clock', 'policy']),
  CommandLine: {
    ...object({ command: text, ifMatch: whole }, ['ifMatch']),
    description: "A command's name beside its fields.",
  },
  CommandResult: {
    anyOf: [
      object({ line: whole, status: whole, ...receipt }, ['clock', 'policy']),
      object({ line: whole, ...problem }, ['instance', 'errors']),
    ],
  },
  Documents: {
    type: 'object',
    additionalProperties: anything,
    description: 'Documents by the name of their read model.',
  },
  Document: anything,
  Explanations: object({ customerId: text, statement: text, explanations: list(explanation) }),
  Page: object({ items: list(anything), position: whole, version: whole, cursor: text }, ['version', 'cursor']),
  ReadModels: object({
    items: list(object({ name: text, version: whole, about: text, indexes: list(text), position: whole })),
  }),
  StreamPage: object({ stream: text, facts: list(object(fact)), next: whole }, ['next']),
  Change: {
    anyOf: [
      object({ cursor: text, customerId: text, ...fact, unreadable: text }, ['customerId', 'unreadable']),
      object({ heartbeat: { const: true }, cursor: text }),
    ],
  },
  Projections: object({
    items: list(
      object(
        {
          ...{ name: text, version: whole, state: text, position: whole, head: whole, lag: whole },
          ...{ looked: whole, share: fraction, documents: whole },
          ...{ parked: list(anything), error: text, rebuild: ref('Rebuild') },
          answering: object({ version: whole, position: whole }),
        },
        ['error', 'rebuild', 'answering'],
      ),
    ),
  }),
  Digest: object({ name: text, version: whole, digest: text, documents: whole }),
  Difference: object({
    ...{ key: text, kind: { enum: ['appeared', 'disappeared', 'changed'] } },
    changes: list(object({ field: text, from: anything, to: anything })),
    why: anything,
  }),
  WhatIf: object(whatIf, Object.keys(whatIf)),
  WhatIfStanding: object({ running: flag, share: fraction, facts: whole }),
  Verdict: verdict,
  Snapshots: object({ items: list(snapshot) }),
  Rebuild: rebuild,
  Rebuilds: object({ items: list(ref('Rebuild')) }),
  Switched: object({ name: text, state: { enum: ['cancelled', 'switched back', 'dropped'] } }),
  Retried: object({ retried: list(text) }),
  Policies: object({ items: list(policyVersion) }),
  PolicyVersions: object({ name: text, versions: list(policyVersion) }),
  Publication: object({ rules: anything, effectiveFrom: text }, ['effectiveFrom']),
  Clock: object({ now: instant, to: instant, fixedAt: nullable(instant), zone: text }),
  Health: object(
    {
      ...{ status: text, reasons: list(text) },
      behind: list(object({ projection: text, position: whole, looked: whole, head: whole, share: fraction })),
    },
    ['reasons', 'behind'],
  ),
};
