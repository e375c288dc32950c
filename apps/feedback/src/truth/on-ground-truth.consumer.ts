import { Controller } from '@nestjs/common';
import { DeadLetters, OnBatch, type RecordBatch } from '#kafka';
import { FeedbackMetrics } from '../feedback-metrics.js';
import { Joiner } from '../joining/joiner.js';
import { readTruth, type TruthRow } from './read-truth.js';
import { TruthRecorder } from './truth-recorder.js';

/** Truth from Kafka into Postgres. Offsets are committed only once the truths are. */
@Controller()
export class GroundTruthConsumer {
  constructor(
    private readonly recorder: TruthRecorder,
    private readonly joiner: Joiner,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: FeedbackMetrics,
  ) {}

  @OnBatch('groundTruth')
  async onGroundTruth(batch: RecordBatch): Promise<void> {
    const rows: TruthRow[] = [];
    const unreadable: Promise<void>[] = [];
    for (const record of batch.records) {
      const read = readTruth(record);
      if (read.ok) rows.push(read.row);
      else unreadable.push(this.deadLetters.send(record, read.reason));
    }
    const refusals = await this.recorder.record(rows);
    if (rows.length > refusals.length) this.joiner.wake();
    this.metrics.truths(rows.length - refusals.length, unreadable.length + refusals.length);
    await Promise.all([
      ...unreadable,
      ...refusals.map(({ row, error }) =>
        this.deadLetters.send(row.record, `Postgres refuses the truth: ${error.message}`, error),
      ),
    ]);
  }
}
