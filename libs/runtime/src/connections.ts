import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions } from 'fastify';
import { MOST_HEADER_BYTES, type Patience } from './limits.js';
import { PROBLEM, problem, type Problem } from './problem.js';

/** What Node answers by itself, before there is a request: here as problem documents too. */
export const connectionOptions = ({ headersMs }: Patience): FastifyHttpOptions<Server> => ({
  http: {
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.min(5_000, headersMs),
    maxHeaderSize: MOST_HEADER_BYTES,
  },
  clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    socket.write(asText(unreadableRequest(error.code)));
    socket.destroySoon();
  },
});

/** Whoever was answered before the end of its body gets no more than `bodyMs` to end it. */
export function guardConnections(server: Server, { bodyMs }: Patience): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.once('finish', () => {
      if (request.complete) return;
      const socket = request.socket as Socket | null; // of a request that came over no connection there is none
      const timer = setTimeout(() => socket?.destroy(), bodyMs).unref();
      request.once('close', () => clearTimeout(timer));
    });
  });
  // RFC 9110, 10.1.1: an expectation that is not known may be ignored.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

function unreadableRequest(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return problem(431, 'request.headers_too_large', `Headers may have ${MOST_HEADER_BYTES} bytes in all.`);
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return problem(408, 'request.too_slow', 'The headers did not come in time; the connection is closed.');
  }
  return problem(400, 'request.invalid', 'This is no HTTP/1.1 request.');
}

function asText(document: Problem): string {
  const body = JSON.stringify(document);
  const { status } = document;
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${PROBLEM}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    `\r\n${body}`,
  ].join('\r\n');
}
