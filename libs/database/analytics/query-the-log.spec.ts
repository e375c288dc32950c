import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repository } from '#testing';
import { analystRole } from '../analyst.js';
import { inTransaction } from '../in-transaction.js';
import { writeSampleLog } from '../testing/sample-log.js';
import { useDatabase } from '../testing/use-database.js';

const page = readFileSync(join(repository, 'docs/how-to/query-the-log.md'), 'utf8');
const queries = [...page.matchAll(/\n([^\n]+:)\n\n```sql\n([\s\S]*?)```/g)].map(([, about = '', sql = '']) => [about, sql] as const); // prettier-ignore

const { database } = useDatabase();
beforeAll(() => writeSampleLog(database().pool, 'digits'));

describe('“Query the prediction log”', () => {
  it('has a dozen queries', () => {
    expect(queries.length).toBeGreaterThanOrEqual(12);
    expect(queries).toHaveLength(page.match(/```sql/g)?.length ?? 0);
  });

  it.each(queries)('%s finds something, as an analyst', async (_about, sql) => {
    const rows = await inTransaction(database().pool, async (client) => {
      await client.query(`SET LOCAL ROLE ${analystRole}`);
      return (await client.query<Record<string, unknown>>(sql)).rows;
    });
    expect(rows).not.toEqual([]);
  });
});
