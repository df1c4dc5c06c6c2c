import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withBareServer, withServer, type Target } from './http.js';
import { timedClient, type Figure, type Measure } from './measure.js';
import { purchase } from './purchase.js';

const STREAMS = 2;
/** Sent first and not counted, as over HTTP. */
const WARM_UP = 4_000;
const COUNT = 40_000;
const LINES_A_CHUNK = 100;

async function streams(folder: string): Promise<Figure> {
  const limit = (await withBareServer(folder, rate)).value;
  return { ...(await withServer(folder, rate)), limit };
}

async function rate(target: Target): Promise<Figure> {
  await stream(target, 0, WARM_UP);
  const each = COUNT / STREAMS;
  const starts = Array.from({ length: STREAMS }, (_, index) => WARM_UP + index * each);
  const send = (from: number): Promise<void> => stream(target, from, from + each);
  const { seconds, beside } = await timedClient(() => Promise.all(starts.map(send)));
  return { value: COUNT / seconds, beside };
}

/** @throws where a purchase was not recorded */
async function stream({ url, authorization }: Target, from: number, to: number): Promise<void> {
  const headers = { authorization, 'content-type': 'application/x-ndjson' };
  const sending = request(`${url}/v1/commands`, { method: 'POST', headers });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  const sent = pipeline(Readable.from(chunks(from, to), { objectMode: false }), sending);
  const [response] = await answered;
  const recorded = await recordedIn(response);
  await sent;
  if (recorded !== to - from) throw new Error(`${recorded} of ${to - from} purchases were recorded.`);
}

function* chunks(from: number, to: number): Generator<string> {
  for (let start = from; start < to; start += LINES_A_CHUNK) {
    let chunk = '';
    for (let number = start; number < Math.min(start + LINES_A_CHUNK, to); number += 1) {
      chunk += `${JSON.stringify({ command: 'RecordPurchase', commandId: `command-${number}`, ...purchase(number) })}\n`;
    }
    yield chunk;
  }
}

const RECORDED = '"status":201';

/** Lines that say so. They are not parsed: the client is not to be what is measured. */
async function recordedIn(response: IncomingMessage): Promise<number> {
  let [count, rest] = [0, ''];
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const text = rest + chunk;
    const end = text.lastIndexOf('\n') + 1;
    for (let at = text.indexOf(RECORDED); at >= 0 && at < end; at = text.indexOf(RECORDED, at + 1)) count += 1;
    rest = text.slice(end);
  }
  return count;
}

export const ndjson: Measure = {
  ...{
    name: 'NDJSON',
    about: 'purchases as lines of two NDJSON streams; limit: a bare Node server and driver',
    unit: 'commands/s',
  },
  wanted: { value: 8_000, at: 'least' },
  run: streams,
};
