import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { finished, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequest } from '#kernel/errors.js';
import { BodyTooLarge, BodyTooSlow } from './errors.js';
import type { Limits } from './limits.js';
import { isTooDeep, MOST_LEVELS } from './nesting.js';

const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const wrong = (message: string): InvalidRequest => new InvalidRequest([{ path: '', message }]);
const unreadable = (error: Error): InvalidRequest => wrong(`cannot be read: ${error.message}`);

/** JSON bodies are read up to the limits, NDJSON bodies are handed on as a stream; either may come as gzip. */
export function acceptBodies(server: FastifyInstance, limits: Limits): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) =>
    jsonOf(await bounded(plain(request, payload), limits)),
  );
  server.addContentTypeParser('application/x-ndjson', async (request: FastifyRequest, payload: IncomingMessage) =>
    plain(request, payload),
  );
}

/** @throws {InvalidRequest} for bytes that are no JSON text in UTF-8, or one that is nested too deep */
export function jsonOf(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw wrong('is no UTF-8');
  if (bytes.subarray(0, 3).equals(BYTE_ORDER_MARK))
    throw wrong('begins with a byte order mark: send UTF-8 without one');
  const text = bytes.toString();
  if (isTooDeep(text)) throw wrong(`has more than ${MOST_LEVELS} lists and objects in each other`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw wrong(`is no JSON: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
  }
}

/** The pieces of a body as they come. @throws {InvalidRequest} for gzip that is none @throws {BodyTooSlow} */
export async function* piecesOf(body: Readable, pieceMs: number): AsyncGenerator<Buffer> {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const piece = await inTime(pieces.next(), pieceMs).catch((error: unknown) => {
      throw error instanceof BodyTooSlow ? error : unreadable(error as Error);
    });
    if (piece.done === true) return;
    yield piece.value;
  }
}

/** @source RFC 9110, 8.4.1: codings are known in upper and lower case, x-gzip as gzip */
function plain({ headers }: FastifyRequest, payload: IncomingMessage): Readable {
  const coding = headers['content-encoding'] ?? 'identity';
  if (/^identity$/i.test(coding)) return payload;
  if (!/^(x-)?gzip$/i.test(coding)) {
    throw new UnsupportedMediaTypeException(`Content-Encoding ${coding.slice(0, 100)}: only gzip is known here.`);
  }
  const gunzip = createGunzip();
  // What is behind gzip that is none has to be read too: the next request of the connection stands behind it.
  gunzip.once('error', () => payload.unpipe(gunzip).resume());
  finished(payload, (error) => void (error && gunzip.destroy(error)));
  return payload.pipe(gunzip);
}

/** Never reads on past the limit, and never destroys the connection: the answer still has to go out. */
function bounded(stream: Readable, { bodyLimit, patience: { bodyMs } }: Limits): Promise<Buffer> {
  const read = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else {
        stream.pause();
        reject(new BodyTooLarge(bodyLimit));
      }
    });
    stream.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.once('error', (error) => reject(unreadable(error)));
  });
  return inTime(read, bodyMs);
}

function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BodyTooSlow(ms)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
