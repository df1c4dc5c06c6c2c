import type { Engine } from '#engine/engine.js';
import { actionOf, rolesFor } from './access.js';
import type { CommandGateway, CommandPlace } from './command-gateway.js';
import { schemaOf, type Schema } from './json-schema.js';
import { answerSchemas } from './openapi.schemas.js';
import { PROBLEM, titles } from './problem.js';
import type { Route } from './route.js';
import { problemsOf } from './routes.js';

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const pathParameters = (path: string): readonly string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => String(name));

/** The OpenAPI 3.1 document of the routes that are mounted, made from the descriptors of the slices. */
export function openApiOf(
  routes: readonly Route[],
  { registry, queries }: Engine,
  { commands }: CommandGateway,
): Schema {
  const schemas = new Map<string, Schema>(Object.entries(answerSchemas));
  for (const { type, command, slice } of commands) {
    const { about, example } = command;
    schemas.set(type, {
      ...schemaOf(command, schemas),
      description: `${about} (${slice ?? 'deployment'})`,
      examples: [example],
    });
  }
  const paths: Record<string, Record<string, Schema>> = {};
  const add = (path: string, method: string, operation: Schema): void => {
    const written = path.replace(/:(\w+)/g, '{$1}');
    paths[written] = { ...paths[written], [method.toLowerCase()]: operation };
  };
  for (const route of routes) {
    if (route.path === '/v1/commands/:command') {
      for (const place of commands) {
        const one = commandRoute(route, place);
        add(one.path, 'POST', operationOf(one, place.type, place.slice ?? 'deployment', place.command.example));
      }
    } else if (route.path === '/v1/read-models/:name') {
      for (const { name, about } of registry.projections.values()) {
        const indexes =
          queries
            .indexes(name)
            .map((index) => `\`${index}\``)
            .join(' ') || 'none';
        const path = `/v1/read-models/${name}`;
        add(
          path,
          'GET',
          operationOf(
            { ...route, path, about: `${about} Indexes: ${indexes}. ${route.about}` },
            `find_${name}`,
            'read models',
          ),
        );
      }
    } else {
      add(route.path, route.method, operationOf(route, idOf(route), route.path.split('/')[2] ?? 'health'));
    }
  }
  schemas.set('AnyCommand', { anyOf: commands.map(({ type }) => ref(type)) });
  return {
    openapi: '3.1.0',
    info: {
      ...{ title: 'Patron', version: '0.1.0', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      description:
        'Commands in, facts appended, read models out. Errors are RFC 9457 problem documents with a stable code.',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(schemas),
    },
  };
}

/** The route of one command: a command to the deployment decides on no revision. */
function commandRoute(route: Route, { type, slice, command }: CommandPlace): Route {
  const { parameters = [] } = route;
  return {
    ...{ ...route, path: `/v1/commands/${type}`, body: { type: 'application/json', schema: type } },
    ...{ action: actionOf(type, slice), about: command.about },
    parameters: parameters.filter(({ name }) => slice !== undefined || name !== 'If-Match'),
    problems: [409, ...(slice === undefined ? [] : [412]), ...(command.refers === true ? [404] : [])],
  };
}

const idOf = ({ method, path }: Route): string =>
  `${method.toLowerCase()}${path.replace(/^\/v1/, '').replace(/[/:_-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`;

function operationOf(route: Route, operationId: string, tag: string, example?: Schema): Schema {
  const { path, action, about, parameters = [], body, answers } = route;
  const responses: Record<string, Schema> = {};
  for (const [status, { schema, types = ['application/json'] }] of Object.entries(answers)) {
    const content = types.map((type) => [
      type,
      { schema: typeof schema === 'string' && type !== 'text/csv' ? ref(schema) : { type: 'string' } },
    ]);
    responses[status] = {
      description: Number(status) < 300 ? 'Done' : 'Not now',
      content: Object.fromEntries(content) as Schema,
    };
  }
  for (const status of new Set(problemsOf(route))) {
    if (responses[status] !== undefined) continue;
    responses[status] = { description: titles[status] ?? '', content: { [PROBLEM]: { schema: ref('Problem') } } };
  }
  return {
    ...{ operationId, tags: [tag], summary: about.split(/(?<=[.]) /)[0], description: about },
    ...(action === undefined ? { security: [] } : { 'x-roles': rolesFor(action) }),
    parameters: [
      ...pathParameters(path).map((name) => ({ in: 'path', name, required: true, schema: { type: 'string' } })),
      ...parameters.map(({ about: description, name, ...rest }) => ({
        ...{ name, description, ...rest },
        ...(name === 'filters' && { style: 'form', explode: true }),
      })),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { [body.type]: { schema: ref(body.schema), ...(example && { example }) } },
      },
    }),
    responses,
  };
}
