import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { Registry } from '#platform';

/** What became of a row. */
export type RowResult = 'recorded' | 'repeated' | 'refused' | 'unreadable';

@Injectable()
export class RecorderMetrics {
  private readonly rows: Counter<'result'>;
  private readonly transactions: Histogram;
  private readonly rowsWithoutDay: Gauge;

  constructor(registry: Registry) {
    this.rows = new Counter({
      name: 'understudy_recorder_rows_total',
      help: 'Rows of the topic predictions: recorded; repeated (stood in the log already); refused by Postgres; unreadable',
      labelNames: ['result'],
      registers: [registry],
    });
    for (const result of ['recorded', 'repeated', 'refused', 'unreadable'] as const) this.rows.inc({ result }, 0);
    this.transactions = new Histogram({
      name: 'understudy_recorder_transaction_seconds',
      help: 'Time that a transaction of the prediction log took',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers: [registry],
    });
    this.rowsWithoutDay = new Gauge({
      name: 'understudy_recorder_default_partition_rows',
      help: 'Rows of the log that no day partition is there for: requests of the far past or future; counted every ten minutes',
      registers: [registry],
    });
  }

  count(result: RowResult, rows: number): void {
    if (rows > 0) this.rows.inc({ result }, rows);
  }

  withoutDay(rows: number): void {
    this.rowsWithoutDay.set(rows);
  }

  /** Call what it returns when the transaction has ended. */
  startTransaction(): () => void {
    return this.transactions.startTimer();
  }
}
