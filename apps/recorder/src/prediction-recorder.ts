import { Injectable } from '@nestjs/common';
import { CoalescingWriter, Database, isRefused, type Refusal, StepFactsCache } from '#database';
import type { LogRow } from './read-prediction.js';
import { queueKnown, recordRows } from './record-rows.js';
import { RecorderMetrics } from './recorder-metrics.js';

const maxRows = 2_000;
const maxBytes = 8 * 1024 ** 2;
/** The log may be this much behind; in return a quiet stream costs few transactions. */
const lingerMs = 25;

/** Transactions at a time, each of other partitions of the topic: while one commits, Postgres works on the other. */
const lanes = 2;

/** Writes the prediction log; waits where Postgres is gone. */
@Injectable()
export class PredictionRecorder {
  private readonly facts = new StepFactsCache();
  private readonly writers: readonly CoalescingWriter<LogRow>[];

  constructor(
    private readonly database: Database,
    private readonly metrics: RecorderMetrics,
  ) {
    const options = {
      write: (rows: readonly LogRow[]) => this.write(rows),
      isRefused,
      maxRows,
      maxBytes,
      bytesOf: ({ record }: LogRow) => record.value?.length ?? 0,
      lingerMs,
    };
    this.writers = Array.from({ length: lanes }, () => new CoalescingWriter(options));
  }

  /** @param rows of one partition. Resolves once they are committed, with those that Postgres refuses. */
  async record(partition: number, rows: readonly LogRow[]): Promise<Refusal<LogRow>[]> {
    return (await this.writers[partition % lanes]?.write(rows)) ?? [];
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
