import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions } from 'fastify';
import { MOST_HEADER_BYTES, type Patience } from './limits.js';
import { PROBLEM, problem, type Problem } from './problem.js';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Requests of each connection that are not answered yet, in the order in which they came, and the newest one in any case. */
const exchanges = new WeakMap<Socket, Exchange[]>();
/** Connections on which something came that is no HTTP: nothing behind it counts. */
const broken = new WeakSet<Socket>();

/** What Node answers by itself, before there is a request: here as problem documents too. */
export const connectionOptions = ({ headersMs }: Patience): FastifyHttpOptions<Server> => ({
  http: {
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.min(5_000, headersMs),
    maxHeaderSize: MOST_HEADER_BYTES,
    requireHostHeader: false, // `throwIfAmbiguous` looks for it
  },
  clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    if (broken.has(socket)) return;
    broken.add(socket);
    const all = exchanges.get(socket) ?? [];
    const last = all.at(-1);
    const within = last?.request.complete === false ? last : undefined; // whose body it stands in
    const answering = all.filter((one) => one !== within).map(({ response }) => ended(response));
    // What whole requests did is answered first.
    void Promise.all(answering).then(() => {
      // Whoever has an answer, or part of one, gets no other: that it breaks off says enough.
      if (within?.response.headersSent === true) socket.destroySoon();
      else refuse(socket, error.code);
    });
  },
});

const ended = (response: ServerResponse): Promise<void> | undefined =>
  response.closed ? undefined : new Promise((resolve) => response.once('close', resolve));

function follow(socket: Socket, exchange: Exchange): void {
  const before = exchanges.get(socket)?.filter(({ response }) => !response.closed) ?? [];
  exchanges.set(socket, [...before, exchange]);
}

/** Whoever was answered before the end of its body gets no more than `bodyMs` to end it. */
export function guardConnections(server: Server, { bodyMs }: Patience): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = request.socket as Socket | null; // of a request that came over no connection there is none
    if (connection !== null) follow(connection, { request, response });
    response.once('finish', () => {
      if (request.complete) return;
      const timer = setTimeout(() => connection?.destroy(), bodyMs).unref();
      request.once('close', () => clearTimeout(timer));
    });
  });
  // RFC 9110, 10.1.1: an expectation that is not known may be ignored.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(asText(problem(400, 'request.invalid', 'CONNECT is for proxies; this is none.')));
  });
}

function refuse(socket: Socket, code: string | undefined): void {
  if (!socket.writable) return void socket.destroy();
  socket.write(asText(unreadableRequest(code)));
  socket.destroySoon();
}

function unreadableRequest(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return problem(431, 'request.headers_too_large', `Headers may have ${MOST_HEADER_BYTES} bytes in all.`);
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return problem(408, 'request.too_slow', 'The headers did not come in time; the connection is closed.');
  }
  if (code === 'HPE_INVALID_EOF_STATE') {
    return problem(400, 'request.invalid', 'The connection ended within a request; nothing of it was done.');
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
