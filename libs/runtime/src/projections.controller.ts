import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { modelDigest } from '#engine/digest.js';
import { Engine } from '#engine/engine.js';
import { Params, type RawQuery } from './params.js';
import { Rebuilds, type Rebuild } from './rebuilds.js';

@Controller('v1/projections')
export class ProjectionsController {
  constructor(
    private readonly engine: Engine,
    private readonly rebuilds: Rebuilds,
  ) {}

  @Get()
  async list(): Promise<object> {
    const statuses = await this.rebuilds.status();
    const items = statuses.map((status) => {
      const rebuild = this.rebuilds.of(status.name);
      return { ...status, ...(rebuild !== undefined && { rebuild }) };
    });
    return { items };
  }

  @Get(':name/digest')
  async digest(@Param('name') name: string, @Query() query: RawQuery): Promise<object> {
    const params = new Params(query);
    const wait = params.wait();
    params.check();
    if (wait !== undefined) await this.engine.readSide.caughtUp(name, wait.position, wait.timeoutMs);
    const model = await this.engine.readSide.answering(name);
    return { name, version: model.version, ...(await modelDigest(model)) };
  }

  @Post('retry')
  @HttpCode(200)
  async retry(): Promise<object> {
    return { retried: await this.rebuilds.retry() };
  }

  /** All of them, or those that are named, in one pass. */
  @Post('rebuild')
  async rebuildSeveral(@Query() query: RawQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const params = new Params(query);
    const wait = params.flag('wait');
    const names = new Set(params.list('names') ?? this.engine.registry.projections.keys());
    params.check();
    return { items: await this.begun([...names], wait, reply) };
  }

  @Post(':name/cancel')
  @HttpCode(200)
  cancel(@Param('name') name: string): Promise<object> {
    return this.rebuilds.cancel(name);
  }

  @Post(':name/switch-back')
  @HttpCode(200)
  switchBack(@Param('name') name: string): Promise<object> {
    return this.rebuilds.switchBack(name);
  }

  @Post(':name/drop')
  @HttpCode(200)
  drop(@Param('name') name: string): Promise<object> {
    return this.rebuilds.drop(name);
  }

  @Post(':name/rebuild')
  async rebuild(
    @Param('name') name: string,
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const params = new Params(query);
    const wait = params.flag('wait');
    const customer = params.text('customer');
    params.check();
    if (customer !== undefined) {
      void reply.code(200);
      return this.rebuilds.customer(name, customer);
    }
    const [one = {}] = await this.begun([name], wait, reply);
    return one;
  }

  private async begun(names: readonly string[], wait: boolean, reply: FastifyReply): Promise<readonly Rebuild[]> {
    const done = this.rebuilds.run(names);
    if (wait) {
      void reply.code(200);
      return done;
    }
    const begun = await Promise.race([
      done,
      new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined))),
    ]);
    done.catch(() => undefined); // logged, and shown by GET /v1/projections
    void reply.code(202).header('location', '/v1/projections');
    return begun ?? this.rebuilds.all(names);
  }
}
