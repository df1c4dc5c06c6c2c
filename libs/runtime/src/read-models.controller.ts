import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { Find } from '#engine/queries.js';
import { Engine } from '#engine/engine.js';
import { asCsv, asNdjson, type Pages } from './exports.js';
import { OneATurn } from './one-a-turn.js';
import { Params, type RawQuery } from './params.js';
import { FindDocuments, GetDocument } from './query-bus.js';
import type { When } from './reads.js';

const EXPORTS: Readonly<Record<string, (pages: Pages, find: Find) => AsyncGenerator<string>>> = {
  'text/csv': asCsv,
  'application/x-ndjson': asNdjson,
};

@Controller('v1/read-models')
export class ReadModelsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly engine: Engine,
    private readonly turns: OneATurn,
  ) {}

  @Get()
  async list(): Promise<object> {
    const { registry, readSide, queries } = this.engine;
    const models = [...registry.projections.values()].map(async ({ name, about }) => {
      const model = await readSide.answering(name);
      const [{ version }, { position }] = [model, await model.checkpoint()];
      return { name, version, about, indexes: queries.indexes(name), position };
    });
    return { items: await Promise.all(models) };
  }

  @Get(':name')
  async find(
    @Param('name') name: string,
    @Query() query: RawQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const params = new Params(query);
    const when = params.whenOrSnapshot();
    const find = params.find();
    params.check();
    const type = Object.keys(EXPORTS).find((one) => accept?.includes(one));
    if (type === undefined) return void reply.send(await this.queries.execute(new FindDocuments(name, find, when)));
    await this.queries.execute(new FindDocuments(name, { ...find, limit: 1 }, when)); // refused before the answer begins
    const pagesOfBuild = await this.pagesOf(name, when, reply);
    const pages: Pages = async (page) => {
      await this.turns.next();
      return pagesOfBuild(page);
    };
    const lines = EXPORTS[type]?.(pages, find) ?? [];
    void reply.type(type === 'text/csv' ? 'text/csv; charset=utf-8' : type);
    void reply.send(Readable.from(lines, { objectMode: false }));
  }

  @Get(':name/:key')
  async one(
    @Param('name') name: string,
    @Param('key') key: string,
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const params = new Params(query);
    const when = params.whenOrSnapshot();
    params.check();
    const { doc, position, version } = await this.queries.execute(new GetDocument(name, key, when));
    void reply.header('patron-position', String(position));
    if (version !== undefined) void reply.header('patron-version', String(version));
    return doc;
  }

  /** All of one build, as long as the answer lasts. */
  private async pagesOf(name: string, { moment, snapshot }: When, reply: FastifyReply): Promise<Pages> {
    if (moment !== undefined || snapshot !== undefined)
      return (find) => this.queries.execute(new FindDocuments(name, find, { moment, snapshot }));
    const { queries: build, release } = await this.engine.queries.pinned(name);
    reply.raw.once('close', release);
    return (find) => this.queries.execute(new FindDocuments(name, find, { build }));
  }
}
