import { Controller } from '@nestjs/common';
import { backtestPrediction, type BacktestPrediction } from '#contracts';
import { CoalescingWriter, Database, isRefused } from '#database';
import { DeadLetters, type IncomingRecord, OnBatch, readJson, type RecordBatch } from '#kafka';
import { recordBacktestRows } from './record-backtest-rows.js';

interface Row {
  readonly record: IncomingRecord;
  readonly prediction: BacktestPrediction;
}

/** Answers of backtests, from Kafka into a table of their own: no live statistic sees them. Offsets are committed only once the rows are. */
@Controller()
export class BacktestPredictionsConsumer {
  private readonly writer: CoalescingWriter<Row>;

  constructor(
    database: Database,
    private readonly deadLetters: DeadLetters,
  ) {
    this.writer = new CoalescingWriter<Row>({
      write: (rows) =>
        database.retrying(() =>
          recordBacktestRows(
            database.pool,
            rows.map(({ prediction }) => prediction),
          ),
        ),
      isRefused,
      maxRows: 2_000,
      maxBytes: 8 * 1024 ** 2,
      bytesOf: ({ record }) => record.value?.length ?? 0,
      lingerMs: 25,
    });
  }

  @OnBatch('backtestPredictions')
  async onBacktestPredictions(batch: RecordBatch): Promise<void> {
    const rows: Row[] = [];
    const dead: Promise<void>[] = [];
    for (const record of batch.records) {
      const read = readJson(record, backtestPrediction);
      if (read.ok) rows.push({ record, prediction: read.value });
      else dead.push(this.deadLetters.send(record, read.reason));
    }
    const refusals = await this.writer.write(rows);
    const refused = refusals.map(({ row, error }) =>
      this.deadLetters.send(row.record, `Postgres refuses the row: ${error.message}`, error),
    );
    await Promise.all([...dead, ...refused]);
  }
}
