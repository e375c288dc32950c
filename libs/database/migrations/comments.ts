/**
 * SQL that comments a table or view and its columns, so that whoever opens the database finds out there what a column means.
 *
 * @param table name of the table or view
 * @param description what one row of it is
 * @param columns by column: what it holds, with its unit
 */
export function commentOn(
  table: string,
  description: string,
  columns: Readonly<Record<string, string>> = {},
  kind: 'TABLE' | 'VIEW' = 'TABLE',
): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  return [
    `COMMENT ON ${kind} ${table} IS ${text(description)};`,
    ...Object.entries(columns).map(([column, value]) => `COMMENT ON COLUMN ${table}.${column} IS ${text(value)};`),
  ].join('\n');
}
