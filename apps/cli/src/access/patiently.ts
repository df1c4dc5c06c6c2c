import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';

export interface Patient {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As `fetch`, for work that takes as long as it takes: fetch gives up an answer that has not begun after 300 seconds. */
export function patiently(url: string, { method, headers, body, signal }: Patient): Promise<Response> {
  const request = url.startsWith('https:') ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false, ...(signal !== undefined && { signal }) }, (answer) => {
      const type = answer.headers['content-type'];
      const about = { status: answer.statusCode ?? 500, headers: type === undefined ? {} : { 'content-type': type } };
      resolve(new Response(Readable.toWeb(answer) as WebStream as ReadableStream, about));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
