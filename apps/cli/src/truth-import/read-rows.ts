import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { messageOf } from '../errors.js';

export type FileRow = Readonly<Record<string, unknown>>;
/** Rows of a file, one after the other: no more than a part of it is in memory. */
type Reader = (file: string) => AsyncGenerator<FileRow>;

/** Rows of Parquet that are decoded at once. */
const rowsAtOnce = 10_000;

/** What a file may be, by its extension; a new one is one function and one line. */
export const readers: Readonly<Record<string, Reader>> = { csv, jsonl: jsonLines, ndjson: jsonLines, parquet };
export const importFormats = ['csv', 'jsonl', 'parquet'] as const;

/** @throws Error where the format is not known */
export function readRows(file: string, format: string | undefined): AsyncGenerator<FileRow> {
  const name = format ?? extname(file).slice(1).toLowerCase();
  const read = readers[name];
  if (read === undefined) throw new Error(`${file}: what is in it? Give --format, one of ${importFormats.join(', ')}`);
  return read(file);
}

/** With a header line; RFC 4180, commas, UTF-8 with or without a mark. */
async function* csv(file: string): AsyncGenerator<FileRow> {
  const rows = createReadStream(file).pipe(parse({ columns: true, bom: true, skip_empty_lines: true, trim: true }));
  for await (const row of rows) yield row as FileRow;
}

async function* jsonLines(file: string): AsyncGenerator<FileRow> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === '') continue;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch (error) {
      throw new Error(`${file}, line ${number}: ${messageOf(error)}`, { cause: error }); // prettier-ignore
    }
    if (typeof row !== 'object' || row === null) throw new Error(`${file}, line ${number}: expected an object`);
    yield row as FileRow;
  }
}

async function* parquet(path: string): AsyncGenerator<FileRow> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < rows; rowStart += rowsAtOnce) {
    const rowEnd = Math.min(rows, rowStart + rowsAtOnce);
    yield* (await parquetReadObjects({ file, metadata, rowStart, rowEnd })) as FileRow[];
  }
}
