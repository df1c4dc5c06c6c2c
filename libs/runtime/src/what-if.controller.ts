import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Post, Res, UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Verdict } from '#engine/verdict.js';
import { Ending } from './ending.js';
import { Stopping } from './errors.js';
import { WhatIfs, type WhatIfStanding } from './what-ifs.js';

@Controller('v1/what-if')
export class WhatIfController {
  constructor(
    private readonly whatIfs: WhatIfs,
    private readonly ending: Ending,
  ) {}

  @Get()
  standing(): WhatIfStanding {
    return this.whatIfs.standing;
  }

  /** Given up when the caller leaves, or the server ends. */
  @Post()
  @HttpCode(200)
  async ask(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Verdict | undefined> {
    if (body instanceof Readable) throw new UnsupportedMediaTypeException('A what-if is asked as application/json.');
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.ending.signal]);
    try {
      return await this.whatIfs.ask(body, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      if (gone.signal.aborted) return undefined; // nobody reads an answer
      throw new Stopping();
    }
  }
}
