import type { ExportedColumn } from '#contracts';
import { csv } from './csv.js';
import { jsonLines } from './json-lines.js';
import { parquet } from './parquet.js';

/** The log as it comes from the API: its columns, and lines of JSON with a value for each. */
export interface ExportedLog {
  readonly columns: readonly ExportedColumn[];
  readonly lines: AsyncIterable<string>;
}

/** A file of some format, chunk by chunk: holds no more than a few thousand rows at a time. */
export type Format = (log: ExportedLog) => AsyncIterable<string | Uint8Array>;

/** By the name of the format, which is that of its files' extension. A new one is one file and one line here. */
export const formats: Readonly<Record<string, Format>> = { parquet, csv, jsonl: jsonLines };
