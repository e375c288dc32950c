import { Injectable } from '@nestjs/common';
import { CoalescingWriter, Database, isRefused, type Refusal } from '#database';
import { insertTruths } from './insert-truths.js';
import type { TruthRow } from './read-truth.js';

const maxRows = 2_000;
const maxBytes = 8 * 1024 ** 2;
const lingerMs = 10;

/** Writes truths that came by Kafka, one transaction at a time; waits where Postgres is gone. */
@Injectable()
export class TruthRecorder {
  private readonly writer: CoalescingWriter<TruthRow>;

  constructor(private readonly database: Database) {
    this.writer = new CoalescingWriter<TruthRow>({
      write: (rows) => this.database.retrying(() => insertTruths(this.database.pool, rows)),
      isRefused,
      maxRows,
      maxBytes,
      bytesOf: ({ record }) => record.value?.length ?? 0,
      lingerMs,
    });
  }

  /** Resolves once the truths are committed, with those that Postgres refuses. */
  record(rows: readonly TruthRow[]): Promise<Refusal<TruthRow>[]> {
    return this.writer.write(rows);
  }
}
