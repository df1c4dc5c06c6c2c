import { Controller, Get } from '@nestjs/common';
import { Reads } from './reads.js';

@Controller('v1/snapshots')
export class SnapshotsController {
  constructor(private readonly reads: Reads) {}

  @Get()
  list(): object {
    return { items: this.reads.snapshots() };
  }
}
