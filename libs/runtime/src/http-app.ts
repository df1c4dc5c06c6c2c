import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import 'reflect-metadata';
import { guardWith } from './authentication.js';
import { acceptBodies } from './body.js';
import { connectionOptions, guardConnections } from './connections.js';
import { Ending } from './ending.js';
import { JsonLog } from './json-log.js';
import { Limits, PATIENCE, type Patience } from './limits.js';
import { Metrics } from './metrics.js';
import { openApiOf } from './openapi.js';
import type { Patron } from './patron.js';
import { PatronModule } from './patron.module.js';
import { PROBLEM, problem } from './problem.js';
import { ProblemFilter } from './problem.filter.js';
import { ROUTES } from './routes.js';

export interface HttpOptions {
  /** Takes the lines of the log. */
  readonly log: (line: string) => void;
  readonly heartbeatMs?: number;
  readonly patience?: Patience;
  /** Serve the pages of /docs; /docs-json is there in any case. True by default. */
  readonly pages?: boolean;
}

export interface HttpApp {
  readonly nest: NestFastifyApplication;
  /** Ends what runs without an end; then `nest.close()` waits for the rest. */
  readonly ending: Ending;
}

const HEARTBEAT_MS = 15_000;
/** Of a value in a path, in characters. */
const LONGEST_VALUE = 512;
const UNREADABLE_PATH = `The path cannot be read: a value in it has more than ${LONGEST_VALUE} characters, or its % codes are not UTF-8.`;

/** The Nest application over an opened Patron, not yet listening. */
export async function httpAppOf(
  patron: Patron,
  { log, heartbeatMs = HEARTBEAT_MS, patience = PATIENCE, pages = true }: HttpOptions,
): Promise<HttpApp> {
  const { bodyLimit, logLevel } = patron.config;
  const ending = new Ending();
  const filter = new ProblemFilter();
  const adapter = new FastifyAdapter({
    bodyLimit,
    ...connectionOptions(patience),
    routerOptions: { maxParamLength: LONGEST_VALUE },
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) =>
      void reply
        .code(400)
        .type(PROBLEM)
        .send(JSON.stringify(problem(400, 'request.invalid', UNREADABLE_PATH))),
  });
  const limits = new Limits(bodyLimit, heartbeatMs, patience);
  const module = PatronModule.of(patron, limits, ending, filter);
  const nest = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    ...{ bodyParser: false, abortOnError: false, logger: new JsonLog(log, logLevel) },
  });
  const server = adapter.getInstance() as unknown as FastifyInstance;
  acceptBodies(server, limits);
  guardWith(patron.tokens, server);
  measure(server, nest.get(Metrics));
  ending.watch(server.server);
  guardConnections(server.server, patience);
  nest.useGlobalFilters(filter);
  const mounted = new Set<string>();
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) mounted.add(`${one} ${url}`);
  });
  let document: OpenAPIObject | undefined;
  const documentOf = (): OpenAPIObject => {
    const routes = ROUTES.filter(({ method, path }) => mounted.has(`${method} ${path}`));
    document ??= openApiOf(routes, patron.engine, patron.commands) as unknown as OpenAPIObject;
    return document;
  };
  SwaggerModule.setup('docs', nest, documentOf, { ui: pages, raw: ['json'] });
  await nest.init();
  await server.ready();
  return { nest, ending };
}

function measure(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onResponse', async (request, reply) => {
    const { url = 'none' } = request.routeOptions;
    metrics.request(request.method, url, reply.statusCode, reply.elapsedTime / 1_000);
  });
}
