import { Injectable } from '@nestjs/common';
import { CoalescingWriter, Database, isRefused, type Refusal, StepFactsCache } from '#database';
import type { LogRow } from './read-prediction.js';
import { queueKnown, recordRows } from './record-rows.js';
import { RecorderMetrics } from './recorder-metrics.js';

const maxRows = 2_000;
const maxBytes = 8 * 1024 ** 2;
/** The log may be this much behind; in return a quiet stream costs few transactions. */
const lingerMs = 25;

/** Writes the prediction log, one transaction at a time; waits where Postgres is gone. */
@Injectable()
export class PredictionRecorder {
  private readonly facts = new StepFactsCache();
  private readonly writer: CoalescingWriter<LogRow>;

  constructor(
    private readonly database: Database,
    private readonly metrics: RecorderMetrics,
  ) {
    this.writer = new CoalescingWriter<LogRow>({
      write: (rows) => this.write(rows),
      isRefused,
      maxRows,
      maxBytes,
      bytesOf: ({ record }) => record.value?.length ?? 0,
      lingerMs,
    });
  }

  /** Resolves once the rows are committed, with those that Postgres refuses. */
  record(rows: readonly LogRow[]): Promise<Refusal<LogRow>[]> {
    return this.writer.write(rows);
  }

  private async write(rows: readonly LogRow[]): Promise<void> {
    const written = await this.database.retrying(() => {
      const stop = this.metrics.startTransaction();
      return this.database.transaction((client) => recordRows(client, rows, this.facts)).finally(() => stop());
    });
    const heads = rows.map(({ prediction }) => prediction);
    await this.database.retrying(() => queueKnown(this.database.pool, heads));
    this.metrics.count('recorded', written.length);
    this.metrics.count('repeated', rows.length - written.length);
  }
}
