export interface Parameter {
  readonly in: 'query' | 'header';
  readonly name: string;
  readonly about: string;
  readonly schema?: Readonly<Record<string, unknown>>;
}

export const NDJSON = 'application/x-ndjson';
export const whole = { type: 'integer', minimum: 0 };
export const query = (name: string, about: string, schema: Parameter['schema'] = { type: 'string' }): Parameter => ({
  ...{ in: 'query', name, about, schema },
});
export const header = (name: string, about: string): Parameter => ({
  in: 'header',
  name,
  about,
  schema: { type: 'string' },
});

export const AFTER = [
  query('after', 'Wait until everything up to this position (of a receipt) is in the read model.', whole),
  query('wait', 'Milliseconds to wait for it, 2000 by default; then 503 read_model.not_yet.', whole),
];
export const AS_OF = [
  query('asOf', "As of an instant, or of a position in the log; see the analyst's guide."),
  query('by', 'recorded (what was known then, the default) or business (what had happened then, as it is known now).'),
];
export const SNAPSHOT = query('snapshot', 'From a snapshot of this read model, by its name; not with asOf or after.');
export const DRY_RUN = query('dryRun', 'true: answer with the facts it would append, append nothing.', {
  type: 'boolean',
});
export const TRACING = [
  header('X-Correlation-Id', 'Kept in the metadata of the facts.'),
  header('X-Causation-Id', 'Kept in the metadata of the facts.'),
];
