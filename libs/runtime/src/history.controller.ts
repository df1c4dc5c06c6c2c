import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '#engine/engine.js';
import { NotFound } from '#engine/errors.js';
import { Changes } from './changes.js';
import { Ending } from './ending.js';
import { Limits } from './limits.js';
import { nearNames } from './near.js';
import { Params, type RawQuery } from './params.js';

const USUAL_PAGE = 100;
const MOST_PER_PAGE = 1_000;

@Controller('v1')
export class HistoryController {
  constructor(
    private readonly engine: Engine,
    private readonly changes: Changes,
    private readonly limits: Limits,
    private readonly ending: Ending,
  ) {}

  @Get('streams/:stream')
  async stream(@Param('stream') stream: string, @Query() query: RawQuery): Promise<object> {
    const params = new Params(query);
    const from = params.whole('from', 0) ?? 0;
    const limit = params.whole('limit', 1, MOST_PER_PAGE) ?? USUAL_PAGE;
    params.check();
    const found = await this.engine.store.readStream(stream, { from, limit: limit + 1 });
    if (found.length === 0 && from === 0) throw new NotFound('stream', stream.slice(0, 100));
    const facts = found.slice(0, limit);
    return { stream, facts, ...(found.length > limit && { next: from + limit }) };
  }

  @Get('changes')
  async feed(@Query() query: RawQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const params = new Params(query);
    const cursor = params.text('after');
    const types = params.list('types');
    for (const message of this.wrongWith(types)) params.wrong('types', message);
    const limit = params.whole('limit', 1);
    const follow = params.flag('follow');
    params.check();
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const lines = await this.changes.feed({
      ...{ follow, heartbeatMs: this.limits.heartbeatMs, signal: AbortSignal.any([gone.signal, this.ending.signal]) },
      ...(cursor !== undefined && { cursor }),
      ...(types !== undefined && { types }),
      ...(limit !== undefined && { limit }),
    });
    void reply
      .code(200)
      .type('application/x-ndjson')
      .send(Readable.from(lines, { objectMode: false }));
  }

  /** Facts of a type that is not there would be waited for for ever. */
  private wrongWith(types: readonly string[] | undefined): readonly string[] {
    if (types?.length === 0) return ['must name types of facts, separated by commas; leave it out for all'];
    const { events } = this.engine.registry;
    return (types ?? [])
      .filter((type) => !events.has(type))
      .map((type) => `there is no fact ${type.slice(0, 100)}. ${nearNames(type, events.keys())}`.trim());
  }
}
