import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainError } from '#kernel/errors.js';
import { Ending } from './ending.js';
import { Metrics } from './metrics.js';
import { RETRY_AFTER_SECONDS } from './problem.js';
import { Rebuilds } from './rebuilds.js';

/** About how many facts a read model may be behind and still be called ready. */
const MOST_LAG = 10_000;

@Controller()
export class HealthController {
  constructor(
    private readonly rebuilds: Rebuilds,
    private readonly metrics: Metrics,
    private readonly ending: Ending,
  ) {}

  @Get('health/live')
  live(): object {
    return { status: 'live' };
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const reasons = await this.reasons();
    if (reasons.length === 0) return { status: 'ready' };
    void reply.code(503).header('retry-after', String(RETRY_AFTER_SECONDS));
    return { status: 'not_ready', reasons };
  }

  @Get('metrics')
  async figures(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  private async reasons(): Promise<readonly string[]> {
    if (this.ending.signal.aborted) return ['The server is stopping.'];
    try {
      const statuses = await this.rebuilds.status();
      return statuses.flatMap(({ name, state, position, head, parked, error }) => [
        ...(state === 'stopped' || state === 'failed' ? [`${name} is ${state}${error ? `: ${error}` : ''}.`] : []),
        ...(this.rebuilds.factsBetween(position, head) > MOST_LAG
          ? [`${name} is ${head - position} positions behind.`]
          : []),
        ...(parked.length > 0 ? [`${name} has parked ${parked.length} facts; see GET /v1/projections.`] : []),
      ]);
    } catch (error) {
      return [error instanceof DomainError ? error.message : 'The stores do not answer.'];
    }
  }
}
