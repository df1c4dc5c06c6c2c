import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './authentication.js';
import { PROBLEM, problem, problemOf, RETRY_AFTER_SECONDS, stackOf, type Problem, type Tell } from './problem.js';
import { methodsOf } from './routes.js';

const CODES: Readonly<Record<number, string>> = {
  404: 'route.not_found',
  405: 'route.method_not_allowed',
  413: 'request.too_large',
  415: 'request.unsupported_media_type',
};

/** What Fastify says, and no more. */
const NO_SUCH_TYPE = 'Unsupported Media Type';
const wantedTypes = ({ headers: { 'content-type': type } }: FastifyRequest): string =>
  `${type === undefined ? 'A body without a Content-Type' : `Content-Type ${type.slice(0, 100)}`} is not known here: send ` +
  'application/json, or many commands as application/x-ndjson.';

/** Whatever is thrown while a request is answered becomes a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  readonly tell: Tell = (id, error) => this.logger.error({ message: 'unforeseen error', id, error: stackOf(error) });

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const document = this.documentOf(error, request, reply);
    if (reply.sent || reply.raw.headersSent) {
      this.logger.warn({ message: 'an answer broke off', code: document.code, route: request.routeOptions.url });
      return void reply.raw.destroy();
    }
    if (document.status === 401) reply.header('www-authenticate', 'Bearer');
    if (document.status === 503) reply.header('retry-after', String(RETRY_AFTER_SECONDS));
    if (document.status === 415) reply.header('accept-encoding', 'gzip');
    if (document.status === 413 || document.status === 408) reply.header('connection', 'close');
    void reply.code(document.status).type(PROBLEM).send(JSON.stringify(document));
  }

  private documentOf(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
    if (!(error instanceof HttpException)) return problemOf(error, this.tell);
    const path = pathOf(request);
    const status = error.getStatus();
    if (status >= 500) return problemOf(error, this.tell);
    const detail = error.message === NO_SUCH_TYPE ? wantedTypes(request) : error.message;
    if (status !== 404) return problem(status, CODES[status] ?? 'request.invalid', detail);
    const methods = methodsOf(path);
    if (methods.length === 0 || methods.includes(request.method)) {
      return problem(404, 'route.not_found', `There is nothing at ${path.slice(0, 200)}; /docs lists what there is.`);
    }
    reply.header('allow', methods.join(', '));
    return problem(405, 'route.method_not_allowed', `${request.method} is not known here; ${methods.join(', ')} is.`);
  }
}
