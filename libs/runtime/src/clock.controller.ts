import { Controller, Get } from '@nestjs/common';
import { CommandGateway } from './command-gateway.js';

@Controller('v1/clock')
export class ClockController {
  constructor(private readonly gateway: CommandGateway) {}

  @Get()
  now(): object {
    return this.gateway.system.clock();
  }
}
