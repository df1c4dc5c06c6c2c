import { Body, Controller, Get, Param, Post, Query, Req, Res, UnsupportedMediaTypeException } from '@nestjs/common';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '#engine/engine.js';
import { InvalidRequest } from '#kernel/errors.js';
import { actorOf } from './access.js';
import { principalOf } from './authentication.js';
import { CommandSender, isNew } from './command-bus.js';
import { keyIn, Params, throwIfGiven, type RawQuery } from './params.js';

@Controller('v1/policies')
export class PoliciesController {
  constructor(private readonly engine: Engine) {}

  @Get()
  list(): object {
    const { policies } = this.engine;
    return { items: policies.names.map((name) => policies.versions(name).at(-1)) };
  }

  @Get(':name')
  one(@Param('name') name: string): object {
    return { name, versions: this.engine.policies.versions(name) };
  }
}

@Controller('v1/policies')
export class PublishingController {
  constructor(private readonly sender: CommandSender) {}

  @Post(':name')
  async publish(
    @Param('name') name: string,
    @Body() body: unknown,
    @Query() query: RawQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (body instanceof Readable) throw new UnsupportedMediaTypeException('A policy is sent as application/json.');
    const params = new Params(query);
    const dryRun = params.flag('dryRun');
    params.check();
    throwIfGiven(request, ['if-match'], 'goes with a command to a customer: policies have no revision');
    const commandId = keyIn(request);
    if (body !== null && typeof body === 'object' && 'name' in body && body.name !== name) {
      throw new InvalidRequest([{ path: 'name', message: `is not ${name}, as the path says` }]);
    }
    const fields = body !== null && typeof body === 'object' && !Array.isArray(body) ? { ...body, name } : body;
    const receipt = await this.sender.send({
      ...{ type: 'PublishPolicy', body: fields, dryRun, actor: actorOf(principalOf(request)) },
      ...(commandId !== undefined && { commandId }),
    });
    void reply.code(isNew(receipt) ? 201 : 200);
    return receipt;
  }
}
