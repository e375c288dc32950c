import { Controller } from '@nestjs/common';
import { trafficPlan } from '#contracts';
import { DeadLetters, forEachReadable, OnBatch, type RecordBatch } from '#kafka';
import { PlansOnTopic } from './plans-on-topic.js';

/** Reads the topic that only the leader writes: to know its epochs, and to notice what is not ours. */
@Controller()
export class PlansConsumer {
  constructor(
    private readonly plans: PlansOnTopic,
    private readonly deadLetters: DeadLetters,
  ) {}

  @OnBatch('plans')
  async onPlans(batch: RecordBatch): Promise<void> {
    await forEachReadable(batch, trafficPlan, this.deadLetters, (plan) => this.plans.apply(plan));
    const last = batch.records.at(-1);
    if (last !== undefined) this.plans.readUpTo(BigInt(last.offset) + 1n);
  }
}
