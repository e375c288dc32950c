/**
 * SQL that comments a table and its columns, so that whoever opens the database finds out there what a column means.
 *
 * @param table name of the table
 * @param description what one row of it is
 * @param columns by column: what it holds, with its unit
 */
export function commentOn(table: string, description: string, columns: Readonly<Record<string, string>> = {}): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  return [
    `COMMENT ON TABLE ${table} IS ${text(description)};`,
    ...Object.entries(columns).map(([column, value]) => `COMMENT ON COLUMN ${table}.${column} IS ${text(value)};`),
  ].join('\n');
}
