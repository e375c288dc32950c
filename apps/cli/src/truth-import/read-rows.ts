import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { messageOf } from '../errors.js';

export type FileRow = Readonly<Record<string, unknown>>;
/** A row of a file and where it stands there (`line 4`, of Parquet `row 4`); where it cannot be read, why. */
export type ReadRow = { readonly place: string } & ({ readonly row: FileRow } | { readonly problem: string });
/** Rows of a file, one after the other: no more than a part of it is in memory. */
type Reader = (file: string) => AsyncGenerator<ReadRow>;

/** Rows of Parquet that are decoded at once. */
const rowsAtOnce = 10_000;

/** What a file may be, by its extension; a new one is one function and one line. */
export const readers: Readonly<Record<string, Reader>> = { csv, jsonl: jsonLines, ndjson: jsonLines, parquet };
export const importFormats = ['csv', 'jsonl', 'parquet'] as const;

/**
 * A row that is malformed is one with a problem, and the others go on.
 * @throws Error where the format is not known, or where the file cannot be read any further
 */
export function readRows(file: string, format: string | undefined): AsyncGenerator<ReadRow> {
  const name = format ?? extname(file).slice(1).toLowerCase();
  const read = readers[name];
  if (read === undefined) throw new Error(`${file}: what is in it? Give --format, one of ${importFormats.join(', ')}`);
  return read(file);
}

/** With a header line; RFC 4180, commas, UTF-8 with or without a mark. */
async function* csv(file: string): AsyncGenerator<ReadRow> {
  let columns: string[] | undefined;
  // Fields are counted here, since a row with too many or too few is to be named, and no reason to stop.
  const options = { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true, info: true };
  for await (const one of createReadStream(file).pipe(parse(options))) {
    const { record, info } = one as { record: string[]; info: { lines: number } };
    if (columns === undefined) {
      columns = record;
      continue;
    }
    const place = `line ${info.lines}`;
    if (record.length === columns.length)
      yield { place, row: Object.fromEntries(columns.map((name, at) => [name, record[at]])) };
    else yield { place, problem: `${record.length} fields; the header line has ${columns.length}` };
  }
}

async function* jsonLines(file: string): AsyncGenerator<ReadRow> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const place = `line ${++number}`;
    if (line.trim() === '') continue;
    try {
      const row: unknown = JSON.parse(line);
      if (typeof row === 'object' && row !== null && !Array.isArray(row)) yield { place, row: row as FileRow };
      else yield { place, problem: 'expected an object' };
    } catch (error) {
      yield { place, problem: `not JSON: ${messageOf(error)}` };
    }
  }
}

async function* parquet(path: string): AsyncGenerator<ReadRow> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < rows; rowStart += rowsAtOnce) {
    const rowEnd = Math.min(rows, rowStart + rowsAtOnce);
    const some = (await parquetReadObjects({ file, metadata, rowStart, rowEnd })) as FileRow[];
    for (const [n, row] of some.entries()) yield { place: `row ${rowStart + n + 1}`, row };
  }
}
