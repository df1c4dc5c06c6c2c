import { Logger, Module, type DynamicModule, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Engine } from '#engine/engine.js';
import { Changes } from './changes.js';
import { ClockController } from './clock.controller.js';
import { CommandGateway } from './command-gateway.js';
import { commandHandlers, CommandSender, Messages } from './command-bus.js';
import { CommandsController } from './commands.controller.js';
import type { Target } from './config.js';
import { CustomersController } from './customers.controller.js';
import { Ending } from './ending.js';
import { HealthController } from './health.controller.js';
import { HistoryController } from './history.controller.js';
import { Limits } from './limits.js';
import { Metrics } from './metrics.js';
import { OneATurn } from './one-a-turn.js';
import type { Patron } from './patron.js';
import { PoliciesController, PublishingController } from './policies.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { ProjectionsController } from './projections.controller.js';
import { queryHandlers } from './query-bus.js';
import { ReadModelsController } from './read-models.controller.js';
import { DifferencesController } from './differences.controller.js';
import { Reads } from './reads.js';
import { Rebuilds } from './rebuilds.js';
import { SnapshotsController } from './snapshots.controller.js';
import { WhatIfController } from './what-if.controller.js';
import { WhatIfs } from './what-ifs.js';

const COMMANDS = [CommandsController, PublishingController];
const QUERIES = [
  ...[CustomersController, ReadModelsController, DifferencesController, HistoryController],
  ...[PoliciesController, SnapshotsController, WhatIfController],
];
const EVERYWHERE = [ProjectionsController, ClockController, HealthController];

const CONTROLLERS: Readonly<Record<Target, readonly Type[]>> = {
  all: [...COMMANDS, ...QUERIES, ...EVERYWHERE],
  commands: [...COMMANDS, PoliciesController, ...EVERYWHERE],
  queries: [...QUERIES, ...EVERYWHERE],
  projector: EVERYWHERE,
};

/** The Nest side of an opened Patron: only the controllers of its target are mounted. */
@Module({})
export class PatronModule {
  static of(patron: Patron, limits: Limits, ending: Ending, filter: ProblemFilter): DynamicModule {
    const { engine, past, commands, config } = patron;
    const logger = new Logger('rebuild');
    const { messages, handlers } = commandHandlers(commands.commands.map(({ type }) => type));
    return {
      module: PatronModule,
      imports: [CqrsModule.forRoot()],
      controllers: [...CONTROLLERS[config.target]],
      providers: [
        { provide: Engine, useValue: engine },
        { provide: CommandGateway, useValue: commands },
        { provide: Messages, useValue: messages },
        { provide: Limits, useValue: limits },
        { provide: Ending, useValue: ending },
        { provide: ProblemFilter, useValue: filter },
        { provide: Metrics, useFactory: () => new Metrics(patron) },
        { provide: Reads, useFactory: () => new Reads(engine, past) },
        OneATurn,
        { provide: Changes, useFactory: (turns: OneATurn) => new Changes(engine, turns), inject: [OneATurn] },
        { provide: WhatIfs, useFactory: () => new WhatIfs(engine) },
        { provide: Rebuilds, useFactory: () => new Rebuilds(engine, (said) => logger.error(said)) },
        CommandSender,
        ...handlers,
        ...queryHandlers,
      ],
    };
  }
}
