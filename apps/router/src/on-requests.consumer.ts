import { Controller } from '@nestjs/common';
import { CoalescingProducer, OnBatch, type IncomingRecord, type RecordBatch } from '#kafka';
import { PlanTable } from './plan-table.js';
import { PublishWork } from './publish-work.js';
import { Refusals } from './refusals.js';
import { waitLimit } from './wait-limit.js';

/** Requests, from the ingress and from upstream: each becomes work of the versions that the plan names. */
@Controller()
export class RequestsConsumer {
  constructor(
    private readonly plans: PlanTable,
    private readonly work: PublishWork,
    private readonly refusals: Refusals,
    private readonly producer: CoalescingProducer,
  ) {}

  @OnBatch('requests')
  async onRequests(batch: RecordBatch): Promise<void> {
    const { endpoint } = batch.parameters;
    if (endpoint === undefined) throw new Error(`topic ${batch.topic} names no endpoint`);
    const receivedAt = Date.now();
    let waiting = batch.records;
    while (waiting.length > 0) {
      const plan = this.plans.get(endpoint);
      if (plan !== undefined) return this.work.publish(endpoint, waiting, plan);
      waiting = await this.untilPlanOrLimit(endpoint, waiting, receivedAt);
    }
  }

  /** Waits for the endpoint's first plan; gives back the records that still have time. */
  private async untilPlanOrLimit(
    endpoint: string,
    records: readonly IncomingRecord[],
    receivedAt: number,
  ): Promise<readonly IncomingRecord[]> {
    const now = Date.now();
    const isLate = (record: IncomingRecord): boolean => waitLimit(record, receivedAt) <= now;
    const reason = `endpoint "${endpoint}" has no traffic plan yet`;
    const late = records.filter(isLate);
    if (late.length > 0) await this.producer.sendAll(late.flatMap((record) => this.refusals.make(record, 503, reason)));

    const left = records.filter((record) => !isLate(record));
    if (left.length === 0) return left;
    const next = Math.min(...left.map((record) => waitLimit(record, receivedAt)));
    await this.plans.changed(endpoint, next - now);
    return left;
  }
}
