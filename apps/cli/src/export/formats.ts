import { csv } from './csv.js';
import type { ExportedLog } from './exported-log.js';
import { jsonLines } from './json-lines.js';
import { parquet } from './parquet.js';

/** A file of some format, chunk by chunk: holds no more than a few thousand rows at a time. */
export type Format = (log: ExportedLog) => AsyncIterable<string | Uint8Array>;

/** By the name of the format, which is that of its files' extension. A new one is one file and one line here. */
export const formats: Readonly<Record<string, Format>> = { parquet, csv, jsonl: jsonLines };
