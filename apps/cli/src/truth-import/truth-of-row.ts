import type { FileRow } from './read-rows.js';

/** Which columns hold what, and what stands in for columns that are not there. */
export interface TruthColumns {
  readonly id: string;
  readonly truth: string;
  readonly reward: string;
  readonly at: string;
  readonly part: string;
  /** For rows without a column `endpoint`. */
  readonly endpoint?: string | undefined;
  /** For rows without a time. */
  readonly defaultAt?: string | undefined;
}

export interface ImportedTruth {
  readonly endpoint: string;
  readonly id: string;
  /** As the door for truth takes it. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The truth in a row of a file. @throws Error that says which column is missing */
export function truthOfRow(row: FileRow, columns: TruthColumns): ImportedTruth {
  const endpoint = text(row['endpoint']) ?? columns.endpoint;
  if (endpoint === undefined) throw new Error('no endpoint: give --endpoint, or a column "endpoint"');
  const id = text(row[columns.id]);
  if (id === undefined) throw new Error(`no column "${columns.id}"; there are ${Object.keys(row).join(', ')}`);
  const [truth, reward] = [jsonOf(row[columns.truth]), jsonOf(row[columns.reward])];
  if (truth === undefined && reward === undefined) {
    throw new Error(`neither "${columns.truth}" nor "${columns.reward}" in the row of ${id}`);
  }
  const at = timeOf(row[columns.at]) ?? columns.defaultAt;
  const part = text(row[columns.part]);
  const body = {
    id,
    ...(truth === undefined ? { reward } : { truth }),
    ...(at !== undefined && { at }),
    ...(part !== undefined && { part }),
  };
  return { endpoint, id, body };
}

/** Empty cells hold nothing. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** A cell of text is read as JSON where it is some; numbers of Parquet may be bigints, and times are dates. */
function jsonOf(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** ISO 8601, or ms since 1970 where it is a number. */
function timeOf(value: unknown): string | number | undefined {
  const read = jsonOf(value);
  return typeof read === 'number' ? read : text(read);
}
