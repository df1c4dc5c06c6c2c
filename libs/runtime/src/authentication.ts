import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequest } from '#kernel/errors.js';
import { demand, type Principal } from './access.js';
import { Unauthenticated } from './errors.js';
import { onceIn } from './params.js';
import { routeOf } from './routes.js';
import type { Tokens } from './tokens.js';

const PUBLIC = /^\/(health\/live|docs(-json|-yaml)?(\/[\w./-]*)?)\/?$/;
const principals = new WeakMap<FastifyRequest, Principal>();

/** Who calls is known, and may do it, before a byte of the body is read. */
export function guardWith(tokens: Tokens, server: FastifyInstance): void {
  server.addHook('onRequest', async (request) => {
    // A store that ends texts at NUL would answer for another name.
    if (pathOf(request).includes('%00')) throw new InvalidRequest([{ path: '', message: 'a path holds no %00' }]);
    throwIfAmbiguous(request);
    if (PUBLIC.test(pathOf(request))) return;
    const [, secret] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    const principal = secret === undefined ? undefined : tokens.verify(secret);
    if (principal === undefined) throw new Unauthenticated();
    const { url } = request.routeOptions;
    const action = url === undefined ? undefined : routeOf(request.method, url)?.action;
    if (action !== undefined) demand(action, principal);
    principals.set(request, principal);
  });
}

/**
 * A proxy before this server may have taken the other one of two headers, or unpacked what is handed on packed here.
 *
 * @throws {InvalidRequest} naming the header
 * @source RFC 9112, 3.2 and 6.1
 */
function throwIfAmbiguous(request: FastifyRequest): void {
  const { raw } = request;
  const [host] = ['host', 'authorization', 'content-type'].map((name) => onceIn(request, name));
  if (host === undefined && raw.httpVersionMajor === 1 && raw.httpVersionMinor === 1) {
    throw new InvalidRequest([{ path: 'host', message: 'is wanted in every request of HTTP/1.1' }]);
  }
  const { 'transfer-encoding': coding } = raw.headers;
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new InvalidRequest([{ path: 'transfer-encoding', message: 'only chunked is known here' }]);
  }
}

/** @throws {Unauthenticated} for a request that no guard let pass */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw new Unauthenticated();
  return principal;
}

export const pathOf = ({ url }: { readonly url: string }): string => url.split('?', 1)[0] ?? '';
