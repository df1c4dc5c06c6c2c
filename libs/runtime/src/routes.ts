import { ROLES, rolesFor } from './access.js';
import { PROJECTION_ROUTES } from './projection-routes.js';
import { AFTER, AS_OF, DRY_RUN, header, NDJSON, query, SNAPSHOT, TRACING, whole } from './route-parameters.js';
import type { Route } from './route.js';

/** Every route there is: what it takes, who may use it, what it can answer. Guard, 405 and OpenAPI read it here. */
export const ROUTES: readonly Route[] = [
  {
    ...{ method: 'POST', path: '/v1/commands/:command', action: 'commands' },
    about: 'Send one command. Sent again under the same Idempotency-Key it is answered again and done once.',
    parameters: [
      header('Idempotency-Key', "The caller's name for this request; the body's commandId does the same."),
      header('If-Match', 'The revision the caller decided on, as an ETag gave it: "7".'),
      DRY_RUN,
      ...TRACING,
    ],
    body: { type: 'application/json', schema: 'AnyCommand' },
    answers: { 200: { schema: 'Receipt' }, 201: { schema: 'Receipt' } },
    problems: [409, 412],
  },
  {
    ...{ method: 'POST', path: '/v1/commands', action: 'commands' },
    about:
      'Send a stream of commands, one JSON object a line with its name under `command`; one result a line comes back in ' +
      'the same order. `ifMatch` may stand in a line. An AdvanceClock waits for all before it and holds back all after it.',
    parameters: [DRY_RUN, ...TRACING],
    body: { type: NDJSON, schema: 'CommandLine' },
    answers: { 200: { schema: 'CommandResult', types: [NDJSON] } },
  },
  {
    ...{ method: 'GET', path: '/v1/customers/:id', action: 'customers' },
    about: "A customer's documents by the name of their read model. The ETag is the revision they hold at least.",
    parameters: [...AFTER, ...AS_OF],
    answers: { 200: { schema: 'Documents' } },
    problems: [400, 404],
  },
  {
    ...{ method: 'GET', path: '/v1/customers/:id/why/:statement', action: 'customers' },
    about:
      'Why a statement is made of a customer (stage, tier, balance, alert), in words: the facts behind it, the rules with ' +
      'their policy versions, what follows from time, and what changes it next. Replaying only these facts gives it again.',
    parameters: [
      query(
        'which',
        'Of `tier`: value or loyalty, both by default. Of `alert`: a reason or a name; every open one by default.',
      ),
      ...AS_OF,
    ],
    answers: { 200: { schema: 'Explanations' } },
    problems: [400, 404],
  },
  {
    ...{ method: 'GET', path: '/v1/customers', action: 'customers' },
    about: 'The customer who holds an identity.',
    parameters: [query('identity', '`<kind>:<value>`, such as email:ann@example.org'), ...AFTER],
    answers: { 200: { schema: 'Documents' } },
    problems: [400, 404],
  },
  {
    ...{ method: 'GET', path: '/v1/read-models', action: 'read-models' },
    about: 'The read models there are, with the indexes that filters and sorts may use.',
    answers: { 200: { schema: 'ReadModels' } },
  },
  {
    ...{ method: 'GET', path: '/v1/read-models/:name', action: 'read-models' },
    about:
      'Documents of a read model: `field=value` and `field[gte]=…` over a declared index, paged. As text/csv or NDJSON the ' +
      'whole of it, streamed.',
    parameters: [
      query('sort', 'Fields of an index in order, - in front for falling: `stage,-since`.'),
      query('limit', 'Documents a page, 50 by default and 1000 at most; of an export, all by default.', {
        type: 'integer',
        minimum: 1,
      }),
      query(
        'cursor',
        'As the page before gave it; goes on in the build that the first page was of, as long as it is kept.',
      ),
      ...AFTER,
      ...AS_OF,
      SNAPSHOT,
      {
        ...{ in: 'query', name: 'filters', about: 'Any indexed field: `field=value`, `field[gte|gt|lte|lt]=value`.' },
        schema: { type: 'object', additionalProperties: { type: 'string' } },
      },
    ],
    answers: { 200: { schema: 'Page', types: ['application/json', 'text/csv', NDJSON] } },
    problems: [400, 404, 409],
  },
  {
    ...{ method: 'GET', path: '/v1/differences/:name', action: 'read-models' },
    about: 'The documents of a read model that differ between two moments, one a line, in the order of their keys.',
    parameters: [
      query('from', 'The earlier moment: an instant or a position in the log.'),
      query('to', 'The later one.'),
      ...AS_OF.slice(1),
    ],
    answers: { 200: { schema: 'Difference', types: [NDJSON] } },
    problems: [400, 404],
  },
  {
    ...{ method: 'GET', path: '/v1/snapshots', action: 'read-models' },
    about: 'Read models that are kept as of a moment, each under its name. `patron snapshots keep` makes one.',
    answers: { 200: { schema: 'Snapshots' } },
  },
  {
    ...{ method: 'GET', path: '/v1/what-if', action: 'what-if' },
    about: 'How far the what-if is that is being answered.',
    answers: { 200: { schema: 'WhatIfStanding' } },
  },
  {
    ...{ method: 'POST', path: '/v1/what-if', action: 'what-if' },
    about:
      'What other policies would have done with the same history. Nothing is written; one is answered at a time, and given up when the caller leaves.',
    body: { type: 'application/json', schema: 'WhatIf' },
    answers: { 200: { schema: 'Verdict' } },
    problems: [409],
  },
  {
    ...{ method: 'GET', path: '/v1/read-models/:name/:key', action: 'read-models' },
    about: 'One document by its key.',
    parameters: [...AFTER, ...AS_OF, SNAPSHOT],
    answers: { 200: { schema: 'Document' } },
    problems: [400, 404],
  },
  {
    ...{ method: 'GET', path: '/v1/streams/:stream', action: 'streams' },
    about: 'The facts of a stream as they are stored, oldest first; personal fields stay sealed.',
    parameters: [
      query('from', 'First revision wanted.', whole),
      query('limit', 'Facts a page, 100 by default and 1000 at most.', whole),
    ],
    answers: { 200: { schema: 'StreamPage' } },
    problems: [400, 404],
  },
  {
    ...{ method: 'GET', path: '/v1/changes', action: 'changes' },
    about:
      'Facts in order, one a line, personal fields left out. Each line carries the cursor that continues behind it; a ' +
      'line {"heartbeat":true,"cursor":…} ends a feed that does not follow, and shows that one that does is alive.',
    parameters: [
      query('after', 'Cursor of the last line dealt with.'),
      query('types', 'Only these types of facts, separated by commas.'),
      query('limit', 'Most facts to send.', { type: 'integer', minimum: 1 }),
      query('follow', 'true: wait for new facts.', { type: 'boolean' }),
    ],
    answers: { 200: { schema: 'Change', types: [NDJSON] } },
    problems: [400, 409],
  },
  ...PROJECTION_ROUTES,
  {
    ...{ method: 'GET', path: '/v1/policies', action: 'policies' },
    about: 'The newest version of every policy.',
    answers: { 200: { schema: 'Policies' } },
  },
  {
    ...{ method: 'GET', path: '/v1/policies/:name', action: 'policies' },
    about: 'All versions of a policy, oldest first.',
    answers: { 200: { schema: 'PolicyVersions' } },
    problems: [404],
  },
  {
    ...{ method: 'POST', path: '/v1/policies/:name', action: 'policies:publish' },
    about: 'Publish a new version. Sent again under the same Idempotency-Key it is answered again and changes nothing.',
    parameters: [header('Idempotency-Key', "The caller's name for this request."), DRY_RUN],
    body: { type: 'application/json', schema: 'Publication' },
    answers: { 200: { schema: 'Receipt' }, 201: { schema: 'Receipt' } },
    problems: [404, 409],
  },
  {
    ...{ method: 'GET', path: '/v1/clock', action: 'clock:read' },
    about: 'Business time: now, how far it has come, where it stands still.',
    answers: { 200: { schema: 'Clock' } },
  },
  {
    ...{ method: 'GET', path: '/health/live', action: undefined },
    about: 'The process answers.',
    answers: { 200: { schema: 'Health' } },
  },
  {
    ...{ method: 'GET', path: '/health/ready', action: 'health' },
    about: 'Store and projections do their work; else the reasons why not.',
    answers: { 200: { schema: 'Health' }, 503: { schema: 'Health' } },
  },
  {
    ...{ method: 'GET', path: '/metrics', action: 'metrics' },
    about: 'Figures for Prometheus.',
    answers: { 200: { types: ['text/plain'] } },
  },
];

/**
 * Statuses of all problem documents that a route may answer. Any route that is not for everybody may refuse the token; a
 * path with a parameter may be unreadable, a body may be that, too large, too slow or of another type. Whatever asks a store may find
 * that it does not answer, or is none that this data folder belongs to.
 */
export function problemsOf({ method, path, action, problems = [] }: Route): readonly number[] {
  const everybody = action === undefined || rolesFor(action).length === ROLES.length;
  return [
    ...(path.includes(':') || problems.includes(400) ? [400] : []),
    ...(method === 'POST' ? [400, 408, 413, 415] : []),
    ...(action === undefined ? [] : [401, 500, 503]),
    ...(everybody ? [] : [403]),
    ...problems,
  ];
}

const patterns = ROUTES.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+').replaceAll('.', '\\.')}/?$`),
}));

/** Methods that a path knows; none where there is no such path. */
export const methodsOf = (path: string): readonly string[] => {
  const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
};

const byPattern = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route]));

export const routeOf = (method: string, path: string): Route | undefined =>
  byPattern.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
