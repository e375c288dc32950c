import { Controller } from '@nestjs/common';
import { trafficPlan } from '#contracts';
import { DeadLetters } from '../dead-letters.js';
import { OnBatch } from '../on-batch.js';
import { forEachReadable } from '../read-json.js';
import type { RecordBatch } from '../records.js';
import { PlansView } from './plans.view.js';

/** Keeps `PlansView` up to date. */
@Controller()
export class PlansConsumer {
  constructor(
    private readonly plans: PlansView,
    private readonly deadLetters: DeadLetters,
  ) {}

  @OnBatch('plans')
  async onPlans(batch: RecordBatch): Promise<void> {
    await forEachReadable(batch, trafficPlan, this.deadLetters, (plan) => void this.plans.apply(plan));
  }
}
