import { commentOn } from '../migrations/comments.js';

/** A view of the schema `analytics`: made for people, and never read by a service. */
export interface View {
  readonly name: string;
  /** What one row of it is. */
  readonly description: string;
  /** What each column holds, in the order of the view. */
  readonly columns: Readonly<Record<string, string>>;
  /** The query, with its columns in that order; tables are those of the search path. */
  readonly select: string;
}

/** SQL that makes a view, or changes it where columns are only added at its end, and comments it. */
export function createView({ name, description, columns, select }: View): string {
  return `CREATE OR REPLACE VIEW analytics.${name} (${Object.keys(columns).join(', ')}) AS ${select};
    ${commentOn(`analytics.${name}`, description, columns, 'VIEW')}`;
}
