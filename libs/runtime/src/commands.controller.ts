import { Readable } from 'node:stream';
import { Body, Controller, Headers, Param, Post, Query, Req, Res, UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InvalidRequest } from '#kernel/errors.js';
import { actionOf, actorOf, demand, demandScope, isSystemCommand, type Principal } from './access.js';
import { principalOf } from './authentication.js';
import { jsonOf, piecesOf } from './body.js';
import { CommandGateway, type Submission } from './command-gateway.js';
import { CommandSender, isNew } from './command-bus.js';
import { Ending } from './ending.js';
import { BodyTooLarge, Stopping } from './errors.js';
import { inOrder } from './in-order.js';
import { linesOf, type Line } from './lines.js';
import { keyIn, onceIn, Params, throwIfGiven, type RawQuery } from './params.js';
import { problemOf } from './problem.js';
import { ProblemFilter } from './problem.filter.js';
import { Limits } from './limits.js';

type RawHeaders = Readonly<Record<string, string | undefined>>;
type Sent = Pick<Submission, 'dryRun' | 'actor' | 'correlationId' | 'causationId'>;

/** A line of NDJSON, split into what is the envelope's and what is the command's. */
interface Parsed {
  readonly number: number;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ifMatch?: number;
  readonly error?: unknown;
}

const IN_FLIGHT = 128;
@Controller('v1/commands')
export class CommandsController {
  constructor(
    private readonly gateway: CommandGateway,
    private readonly sender: CommandSender,
    private readonly filter: ProblemFilter,
    private readonly limits: Limits,
    private readonly ending: Ending,
  ) {}

  @Post(':command')
  async one(
    @Param('command') type: string,
    @Body() body: unknown,
    @Query() query: RawQuery,
    @Headers() headers: RawHeaders,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (body instanceof Readable) throw new UnsupportedMediaTypeException('One command is sent as application/json.');
    const principal = principalOf(request);
    this.demand(principal, type);
    const commandId = keyIn(request);
    const ifMatch = revisionIn(onceIn(request, 'if-match'));
    const receipt = await this.sender.send({
      ...{ type, body: body === undefined ? {} : body, ...sentWith(principal, query, headers) },
      ...(commandId !== undefined && { commandId }),
      ...(ifMatch !== undefined && { ifMatch }),
    });
    if (receipt.customerId !== '') void reply.header('etag', `"${receipt.revision}"`);
    void reply.code(isNew(receipt) ? 201 : 200);
    return receipt;
  }

  @Post()
  many(
    @Body() body: unknown,
    @Query() query: RawQuery,
    @Headers() headers: RawHeaders,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    if (!(body instanceof Readable))
      throw new UnsupportedMediaTypeException('Commands are sent as application/x-ndjson.');
    throwIfGiven(
      request,
      ['idempotency-key', 'if-match'],
      'goes with one command: give each line commandId and ifMatch',
    );
    const principal = principalOf(request);
    const sent = sentWith(principal, query, headers);
    let last = 0;
    const results = inOrder(this.parsed(body), {
      most: IN_FLIGHT,
      alone: ({ type }) => isSystemCommand(type),
      work: (line) => ((last = line.number), this.result(line, principal, sent)),
      broken: (error) => this.failure(last + 1, error),
    });
    void reply
      .code(200)
      .type('application/x-ndjson')
      .send(Readable.from(results, { objectMode: false }));
    reply.raw.flushHeaders(); // a stream that breaks off in its first piece has begun commands all the same
  }

  private async *parsed(body: Readable): AsyncGenerator<Parsed> {
    for await (const line of linesOf(piecesOf(body, this.limits.patience.pieceMs), this.limits.bodyLimit)) {
      if (this.ending.signal.aborted) throw new Stopping();
      yield this.parsedLine(line);
    }
  }

  private parsedLine({ number, bytes }: Line): Parsed {
    try {
      if (bytes === null) throw new BodyTooLarge(this.limits.bodyLimit);
      const value = jsonOf(bytes);
      const { command, ifMatch, ...body } = (value ?? {}) as { readonly command?: unknown; readonly ifMatch?: unknown };
      if (typeof command !== 'string') throw wrong('command', 'must name the command');
      if (ifMatch === undefined) return { number, type: command, body };
      if (!Number.isSafeInteger(ifMatch)) throw wrong('ifMatch', 'must be a revision');
      return { number, type: command, body, ifMatch: ifMatch as number };
    } catch (error) {
      return { number, type: '', body: {}, error };
    }
  }

  private async result(
    { number, type, body, ifMatch, error }: Parsed,
    principal: Principal,
    sent: Sent,
  ): Promise<string> {
    try {
      if (error !== undefined) throw error as Error;
      this.demand(principal, type);
      const receipt = await this.sender.send({ type, body, ...sent, ...(ifMatch !== undefined && { ifMatch }) });
      return `${JSON.stringify({ line: number, status: isNew(receipt) ? 201 : 200, ...receipt })}\n`;
    } catch (refusal) {
      return this.failure(number, refusal);
    }
  }

  private failure(line: number, error: unknown): string {
    return `${JSON.stringify({ line, ...problemOf(error, this.filter.tell) })}\n`;
  }

  /** @throws {NotFound} @throws {Forbidden} */
  private demand(principal: Principal, type: string): void {
    const { slice } = this.gateway.place(type);
    demand(actionOf(type, slice), principal);
    if (slice !== undefined) demandScope(slice, principal);
  }
}

function sentWith(principal: Principal, query: RawQuery, headers: RawHeaders): Sent {
  const params = new Params(query);
  const dryRun = params.flag('dryRun');
  params.check();
  const correlationId = headers['x-correlation-id']?.slice(0, 200);
  const causationId = headers['x-causation-id']?.slice(0, 200);
  return {
    ...{ dryRun, actor: actorOf(principal) },
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
  };
}

/** `"7"`, as an ETag gave it, or 7. */
function revisionIn(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, revision] = /^(?:W\/)?"?(-1|\d{1,15})"?$/.exec(header.trim()) ?? [];
  if (revision === undefined) throw wrong('If-Match', 'must be one revision, as an ETag gave it');
  return Number(revision);
}

const wrong = (path: string, message: string): InvalidRequest => new InvalidRequest([{ path, message }]);
