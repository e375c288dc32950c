import { setImmediate as nextTurn } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import {
  DeadLetters,
  type IncomingRecord,
  OnBatch,
  type RecordBatch,
  ReplyTopics,
  TopicNames,
  type TopicRecord,
} from '#kafka';
import { LiveWork } from './backtest/live-work.js';
import { makeRecords, type Records } from './make-records.js';
import type { Outcome } from './outcome.js';
import { PublishOutcomes } from './publish-outcomes.js';
import { ServedVersions } from './served-versions.js';
import { ShadowWork } from './shadow-work.js';
import { readWork, type WorkItem } from './work-item.js';
import { WorkerMetrics } from './worker-metrics.js';

/** Records of a version that only watches, worked on without a pause for others. */
const shadowSlice = 64;

/** Answers the work of the versions served here. */
@Controller()
export class WorkConsumer {
  constructor(
    private readonly versions: ServedVersions,
    private readonly shadows: ShadowWork,
    private readonly outcomes: PublishOutcomes,
    private readonly deadLetters: DeadLetters,
    private readonly replyTopics: ReplyTopics,
    private readonly topics: TopicNames,
    private readonly metrics: WorkerMetrics,
    private readonly live: LiveWork,
  ) {}

  /** Resolves when rows, replies and second attempts are in Kafka. */
  @OnBatch('work')
  async onWork(batch: RecordBatch): Promise<void> {
    const { endpoint = '', version = '' } = batch.parameters;
    const watches = this.shadows.gatherMs(endpoint, version) > 0;
    const slice = watches ? shadowSlice : batch.records.length;
    const made: Records[] = [];
    const unreadable: TopicRecord[] = [];
    for (let from = 0; from < batch.records.length; from += slice) {
      if (from > 0) await nextTurn();
      made.push(...(await this.work(endpoint, version, batch.records.slice(from, from + slice), unreadable)));
    }
    await this.outcomes.publish(made, unreadable);
  }

  /** What is to be sent for the records that can be read; the others are added to `unreadable`. */
  private async work(
    endpoint: string,
    version: string,
    records: readonly IncomingRecord[],
    unreadable: TopicRecord[],
  ): Promise<Records[]> {
    const items: WorkItem[] = [];
    for (const record of records) {
      const read = readWork(record, this.replyTopics);
      if (read.ok) items.push(read.item);
      else unreadable.push(this.deadLetters.make(record, read.reason));
    }
    const outcomes = await this.live.during(() => this.run(endpoint, version, items));
    this.metrics.observe(endpoint, version, outcomes);
    const now = Date.now();
    return items.map((item, index) =>
      makeRecords(endpoint, version, item, outcomes[index] ?? { status: 'expired' }, now, this.topics),
    );
  }

  private run(endpoint: string, version: string, items: readonly WorkItem[]): Promise<Outcome[]> | Outcome[] {
    const served = this.versions.get(endpoint, version);
    if (served?.state === 'live') return served.batcher.run(items);
    const why = served === undefined ? 'is not served here any more' : `could not be loaded: ${served.error}`;
    const now = Date.now();
    return items.map(({ deadline }) =>
      deadline !== undefined && now > deadline
        ? { status: 'expired' }
        : { status: 'error', error: `version ${version} ${why}`, code: 503, modelMs: null },
    );
  }
}
