/** Views of the schema `analytics` that have a row for a request and can be exported by time. */
export const exportedViews = [
  'served_predictions',
  'prediction_outcomes',
  'shadow_comparisons',
  'experiment_log',
] as const;
export type ExportedView = (typeof exportedViews)[number];

/** What the values of an exported column are; in the lines themselves times are ISO 8601, and json is any JSON. */
export const columnTypes = ['text', 'integer', 'number', 'boolean', 'time', 'json'] as const;
export type ColumnType = (typeof columnTypes)[number];

export interface ExportedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Header of `GET /api/v1/endpoints/{name}/log`: the columns, so that a file with a schema can begin before its first row. */
export const columnsHeader = 'understudy-columns';

/** `endpoint:text,requested_at:time,…`. */
export const columnsText = (columns: readonly ExportedColumn[]): string =>
  columns.map(({ name, type }) => `${name}:${type}`).join(',');

/** The columns of such a text. @throws Error where a type is unknown */
export function readColumns(text: string): ExportedColumn[] {
  return text.split(',').map((part) => {
    const [name = '', type] = part.split(':');
    const known = columnTypes.find((one) => one === type);
    if (known === undefined) throw new Error(`column "${name}" has the type "${type ?? ''}"; expected one of ${columnTypes.join(', ')}`); // prettier-ignore
    return { name, type: known };
  });
}
