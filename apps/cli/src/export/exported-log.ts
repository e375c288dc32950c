import type { ExportedColumn } from '#contracts';

/** The log as it comes from the API: its columns, and lines of JSON with a value for each. */
export interface ExportedLog {
  readonly columns: readonly ExportedColumn[];
  readonly lines: AsyncIterable<string>;
}
