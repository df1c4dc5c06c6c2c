import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequest } from '#kernel/errors.js';
import { BodyTooLarge } from './errors.js';

const wrong = (message: string): InvalidRequest => new InvalidRequest([{ path: '', message }]);

/** JSON bodies are read up to the limit, NDJSON bodies are handed on as a stream; either may come as gzip. */
export function acceptBodies(server: FastifyInstance, limit: number): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) =>
    jsonOf(await bounded(plain(request, payload), limit)),
  );
  server.addContentTypeParser('application/x-ndjson', async (request: FastifyRequest, payload: IncomingMessage) =>
    plain(request, payload),
  );
}

/** @throws {InvalidRequest} for bytes that are no JSON text in UTF-8 */
export function jsonOf(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw wrong('is no UTF-8');
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    throw wrong(`is no JSON: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
  }
}

function plain({ headers }: FastifyRequest, payload: IncomingMessage): Readable {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return payload;
  if (encoding !== 'gzip')
    throw new UnsupportedMediaTypeException(`Content-Encoding ${encoding}: only gzip is known here.`);
  return pipeline(payload, createGunzip(), () => undefined);
}

/** Never reads on past the limit, and never destroys the connection: the answer still has to go out. */
function bounded(stream: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        stream.pause();
        reject(new BodyTooLarge(limit));
      }
    });
    stream.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.once('error', (error) => reject(wrong(`cannot be read: ${error.message}`)));
  });
}
