import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Params, type RawQuery } from './params.js';
import { ExplainStatement, FindHolder, GetCustomer } from './query-bus.js';
import type { When } from './reads.js';

@Controller('v1/customers')
export class CustomersController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id')
  byId(
    @Param('id') id: string,
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const params = new Params(query);
    const when = params.when();
    params.check();
    return this.answer(id, when, reply);
  }

  @Get(':id/why/:statement')
  async why(
    @Param('id') customerId: string,
    @Param('statement') statement: string,
    @Query() query: RawQuery,
  ): Promise<object> {
    const params = new Params(query);
    const [which, moment] = [params.text('which'), params.moment()];
    params.check();
    const explanations = await this.queries.execute(new ExplainStatement(customerId, statement, which, moment));
    return { customerId, statement, explanations };
  }

  @Get()
  async byIdentity(@Query() query: RawQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const params = new Params(query);
    const [, kind, value] = /^([a-z][\w-]{0,30}):(.{1,320})$/is.exec(params.text('identity') ?? '') ?? [];
    const wait = params.wait();
    if (kind === undefined) params.wrong('identity', 'must be <kind>:<value>, such as email:ann@example.org');
    params.check();
    return this.answer(await this.queries.execute(new FindHolder(kind ?? '', value ?? '', wait)), { wait }, reply);
  }

  private async answer(id: string, when: When, reply: FastifyReply): Promise<object> {
    const { documents, revision } = await this.queries.execute(new GetCustomer(id, when));
    if (revision !== undefined) void reply.header('etag', `"${revision}"`);
    return documents;
  }
}
