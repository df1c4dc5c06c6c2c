import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainError } from '#kernel/errors.js';
import type { Position } from '#kernel/fact.js';
import type { Standing } from '#engine/standing.js';
import { Ending } from './ending.js';
import { Metrics } from './metrics.js';
import { RETRY_AFTER_SECONDS } from './problem.js';
import { Rebuilds } from './rebuilds.js';

/** About how many facts a read model may be behind and still be called ready. */
const MOST_LAG = 10_000;

/** How far a read model is that lacks too much to be called ready. */
interface Behind {
  readonly projection: string;
  readonly position: Position;
  readonly looked: Position;
  readonly head: Position;
  readonly share: number;
}

interface Found {
  readonly reasons: readonly string[];
  readonly behind: readonly Behind[];
}

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
    const { reasons, behind } = await this.looked();
    if (reasons.length === 0) return { status: 'ready' };
    void reply.code(503).header('retry-after', String(RETRY_AFTER_SECONDS));
    return { status: 'not_ready', reasons, ...(behind.length > 0 && { behind }) };
  }

  @Get('metrics')
  async figures(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  private async looked(): Promise<Found> {
    if (this.ending.signal.aborted) return because('The server is stopping.');
    try {
      const statuses = await this.rebuilds.status();
      const behind = statuses.filter((status) => this.rebuilds.factsBehind(status) > MOST_LAG);
      const reasons = statuses.flatMap((status) => {
        const { name, state, parked, error } = status;
        return [
          ...(state === 'stopped' || state === 'failed' ? [`${name} is ${state}${error ? `: ${error}` : ''}.`] : []),
          ...(behind.includes(status) ? [howFarBehind(status)] : []),
          ...(parked.length > 0 ? [`${name} has parked ${parked.length} facts; see GET /v1/projections.`] : []),
        ];
      });
      return { reasons, behind: behind.map(farOf) };
    } catch (error) {
      return because(error instanceof DomainError ? error.message : 'The stores do not answer.');
    }
  }
}

const because = (reason: string): Found => ({ reasons: [reason], behind: [] });

const farOf = ({ name, position, looked, head, share }: Standing): Behind => {
  return { projection: name, position, looked, head, share: Math.floor(share * 1_000) / 1_000 };
};

/** Others may have written most of what it goes through: then it moves though its position stands still. */
function howFarBehind(status: Standing): string {
  const { projection, position, looked, head, share } = farOf(status);
  const percent = Math.floor(share * 100);
  return `${projection} is ${status.lag} positions behind: folded up to ${position}, the log looked through up to ${looked} of ${head} (${percent} %).`;
}
