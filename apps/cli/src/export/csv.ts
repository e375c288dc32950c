import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { ExportedLog } from './exported-log.js';

/** RFC 4180 with a header; nothing is an empty field, and what is JSON in the log is JSON in its field. */
export function csv({ columns, lines }: ExportedLog): AsyncIterable<string> {
  const rows = Readable.from(lines, { highWaterMark: 100 }).map((line: string) => JSON.parse(line) as object);
  const names = columns.map(({ name }) => name);
  const json = new Set(columns.filter(({ type }) => type === 'json').map(({ name }) => name));
  const file = stringify({
    header: true,
    columns: names,
    cast: {
      boolean: String,
      string: (value, { column }) => (json.has(String(column)) ? JSON.stringify(value) : value),
      number: String,
    },
  });
  rows.once('error', (error) => file.destroy(error));
  return rows.pipe(file).setEncoding('utf8') as AsyncIterable<string>;
}
