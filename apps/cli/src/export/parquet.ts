import { ByteWriter, parquetWriteRows, type Writer } from 'hyparquet-writer';
import type { ColumnType } from '#contracts';
import type { ExportedLog } from './exported-log.js';

/** Rows of one row group: about 10 MB with bodies of a kilobyte. */
const rowsPerGroup = 10_000;

const types = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  json: 'JSON',
} as const satisfies Record<ColumnType, string>;

/** Apache Parquet, compressed with Snappy; times are TIMESTAMP_MILLIS, and what is JSON in the log is a JSON column. */
export async function* parquet({ columns, lines }: ExportedLog): AsyncGenerator<Uint8Array> {
  const chunks = new Chunks();
  const writing = parquetWriteRows({
    writer: chunks.writer,
    rows: rowsOf({ columns, lines }),
    columns: columns.map(({ name, type }) => ({ name, type: types[type] })),
    rowGroupSize: rowsPerGroup,
    createdBy: 'understudy',
  }) as Promise<void>;
  writing.catch(() => undefined); // said by the last await
  for await (const chunk of chunks.until(writing)) yield chunk;
  await writing;
}

async function* rowsOf({ columns, lines }: ExportedLog): AsyncGenerator<Record<string, unknown>> {
  for await (const line of lines) {
    const row = JSON.parse(line) as Record<string, unknown>;
    for (const { name, type } of columns) row[name] = valueOf(row[name], type);
    yield row;
  }
}

function valueOf(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'time') return new Date(value as string);
  if (type === 'integer') return BigInt(value as number);
  return value;
}

/** What is written, handed on after each row group; the writer waits until it was taken. */
class Chunks {
  private readonly bytes = new ByteWriter();
  readonly writer: Writer = Object.assign(this.bytes, { flush: () => this.handOn(), finish: () => this.handOn() });
  private waiting: Uint8Array | undefined;
  private taken: (() => void) | undefined;
  private arrived: (() => void) | undefined;

  private handOn(): Promise<void> {
    this.waiting = this.bytes.getBytes().slice();
    this.bytes.index = 0;
    return new Promise((resolve) => {
      this.taken = resolve;
      this.arrived?.();
    });
  }

  /** The chunks, until the writing has ended, well or not. */
  async *until(writing: Promise<unknown>): AsyncGenerator<Uint8Array> {
    const over = writing.then(() => true, () => true); // prettier-ignore
    for (;;) {
      const arrival = new Promise<boolean>((resolve) => {
        this.arrived = () => resolve(false);
        if (this.waiting !== undefined) resolve(false);
      });
      if (await Promise.race([arrival, over])) return;
      if (this.waiting !== undefined) yield this.waiting;
      this.waiting = undefined;
      this.taken?.();
    }
  }
}
