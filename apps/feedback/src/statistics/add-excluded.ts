/** What an INSERT of a change does `ON CONFLICT … DO UPDATE SET`: adds it, column by column, to what the table holds. */
export const addExcluded = (table: string, columns: readonly string[]): string =>
  columns.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
