import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Proposed } from '#kernel/fact.js';
import { BareLog } from './bare.js';
import type { purchase } from './purchase.js';

/**
 * The limit of HTTP and NDJSON: Node's own server and the bare driver. It reads JSON, appends a purchase and its points, those that
 * came in one turn of the event loop in one synced transaction, and then answers. It checks nothing: no token, no field, no repetition.
 */
type Body = ReturnType<typeof purchase>;
type Event = { readonly stream: string; readonly proposed: Proposed };

const [folder = ''] = process.argv.slice(2);
const log = new BareLog(folder);
let waiting: { readonly events: readonly Event[]; readonly done: () => void }[] = [];

function append(events: readonly Event[], done: () => void): void {
  if (waiting.length === 0) setImmediate(write);
  waiting.push({ events, done });
}

function write(): void {
  const group = waiting;
  waiting = [];
  const events = group.flatMap((one) => one.events);
  log.append(events, events.length);
  for (const { done } of group) done();
}

function factsOf({ customerId, at, purchaseId, lines, channel }: Body): readonly Event[] {
  const total = { ...lines[0]?.unitPrice, units: 3_998 };
  const metadata = { commandId: purchaseId, bodyDigest: 'q'.repeat(43), program: 'bare' };
  const fact = (type: string, data: Proposed['data']): Event => {
    const proposed = { id: `${purchaseId}-${type}`.padEnd(36, '0'), type, version: 1, occurredAt: at, data, metadata };
    return { stream: `customer-${customerId}`, proposed };
  };
  const points = { points: 39, debtPaid: 0, reason: 'purchase', purchaseId, availableAt: at, expiresAt: at };
  return [fact('PurchaseRecorded', { purchaseId, total, lines, channel }), fact('PointsEarned', points)];
}

const answerTo = (events: readonly Event[]): object => ({ status: 201, facts: events.map(({ proposed }) => proposed) });

async function one(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const events = factsOf(JSON.parse(Buffer.concat(chunks).toString()) as Body);
  append(events, () => {
    const body = JSON.stringify(answerTo(events));
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}

async function many(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  let rest = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    const purchases = lines.map((line) => factsOf(JSON.parse(line) as Body));
    if (purchases.length === 0) continue;
    await new Promise<void>((resolve) => append(purchases.flat(), resolve));
    response.write(purchases.map((events) => `${JSON.stringify(answerTo(events))}\n`).join(''));
  }
  response.end();
}

const server = createServer((request, response) => {
  const answering = request.headers['content-type'] === 'application/x-ndjson' ? many : one;
  answering(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
