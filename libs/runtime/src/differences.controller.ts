import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { Difference } from '#engine/differences.js';
import { Params, type RawQuery } from './params.js';
import { FindDifferences } from './query-bus.js';

@Controller('v1/differences')
export class DifferencesController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':name')
  async between(@Param('name') name: string, @Query() query: RawQuery, @Res() reply: FastifyReply): Promise<void> {
    const params = new Params(query);
    const [from, to] = [params.moment('from'), params.moment('to')];
    if (from === undefined) params.wrong('from', 'must be an instant or a position');
    if (to === undefined) params.wrong('to', 'must be an instant or a position');
    params.check();
    if (from === undefined || to === undefined) return;
    const found = await this.queries.execute(new FindDifferences(name, from, to));
    void reply.type('application/x-ndjson').send(Readable.from(asLines(found), { objectMode: false }));
  }
}

async function* asLines(found: AsyncIterable<Difference>): AsyncGenerator<string> {
  for await (const difference of found) yield `${JSON.stringify(difference)}\n`;
}
