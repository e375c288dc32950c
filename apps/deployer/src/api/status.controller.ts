import { Controller, Get } from '@nestjs/common';
import type { StatusView } from '#contracts';
import { GatherStatus } from '../status/gather-status.js';

/** How the whole system is, also where parts of it are not. */
@Controller('api/v1/status')
export class StatusController {
  constructor(private readonly status: GatherStatus) {}

  @Get()
  get(): Promise<StatusView> {
    return this.status.gather(new Date());
  }
}
