import { Controller } from '@nestjs/common';
import { DeadLetters, OnBatch, type RecordBatch } from '#kafka';
import { PredictionRecorder } from './prediction-recorder.js';
import { readPrediction } from './read-prediction.js';
import type { LogRow } from './read-prediction.js';
import { RecorderMetrics } from './recorder-metrics.js';

/** The prediction log, from Kafka into Postgres. Offsets are committed only once the rows are. */
@Controller()
export class PredictionsConsumer {
  constructor(
    private readonly recorder: PredictionRecorder,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: RecorderMetrics,
  ) {}

  @OnBatch('predictions')
  async onPredictions(batch: RecordBatch): Promise<void> {
    const rows: LogRow[] = [];
    const unreadable: Promise<void>[] = [];
    for (const record of batch.records) {
      const read = readPrediction(record);
      if (read.ok) rows.push(read.row);
      else unreadable.push(this.deadLetters.send(record, read.reason));
    }
    this.metrics.count('unreadable', unreadable.length);
    const refusals = await this.recorder.record(batch.partition, rows);
    this.metrics.count('refused', refusals.length);
    await Promise.all([
      ...unreadable,
      ...refusals.map(({ row, error }) =>
        this.deadLetters.send(row.record, `Postgres refuses the row: ${error.message}`, error),
      ),
    ]);
  }
}
