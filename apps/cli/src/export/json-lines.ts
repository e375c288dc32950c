import type { ExportedLog } from './exported-log.js';

/** A line of JSON a row, as the API sends it. */
export async function* jsonLines({ lines }: ExportedLog): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}
