import { Injectable } from '@nestjs/common';
import type { ColumnType, ExportedColumn, ExportedView } from '#contracts';
import { Database } from '#database';
import { snapshotPages } from './snapshot-pages.js';

const rowsAtOnce = 1_000;

/** By Postgres's number of the type; what is not named here is text. */
const types: Readonly<Record<number, ColumnType>> = {
  16: 'boolean',
  20: 'integer',
  23: 'integer',
  114: 'json',
  701: 'number',
  1184: 'time',
  3802: 'json',
};

/** The log as people see it, for files. */
@Injectable()
export class LogExportRepository {
  constructor(private readonly database: Database) {}

  async columns(view: ExportedView): Promise<ExportedColumn[]> {
    const { fields } = await this.database.pool.query(`SELECT * FROM analytics.${view} LIMIT 0`);
    return fields.map(({ name, dataTypeID }) => ({ name, type: types[dataTypeID] ?? 'text' }));
  }

  /**
   * Lines of JSON, a page at a time, as of one moment and in no particular order; holds a connection until it is read to its end or
   * given up. Neither side keeps more than a page.
   *
   * @param from requests from then on @param to requests before
   */
  pages(view: ExportedView, endpoint: string, from: Date | undefined, to: Date | undefined): AsyncGenerator<string> {
    const query = {
      // Joined row by row through the keys: the first page comes at once, and nothing is gathered or sorted before it.
      settings: `SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL timezone = 'UTC'`,
      sql: `SELECT row_to_json(v)::text AS line FROM analytics.${view} v
         WHERE v.endpoint = $1 AND v.requested_at >= $2 AND v.requested_at < $3`,
      values: [endpoint, from ?? '-infinity', to ?? 'infinity'],
      rowsAtOnce,
    };
    return snapshotPages<{ line: string }, string>(this.database, query, (rows) =>
      rows.map(({ line }) => `${line}\n`).join(''),
    );
  }
}
