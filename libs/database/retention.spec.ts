import { beforeAll, describe, expect, it } from 'vitest';
import { dayPartition, ensurePartitions } from './partitions.js';
import { dropOldDays } from './retention.js';
import { useDatabase } from './testing/use-database.js';

const dayMs = 86_400_000;
const now = Date.now();
const daysAgo = (days: number): Date => new Date(now - days * dayMs);
const { database } = useDatabase();
beforeAll(async () => {
  await ensurePartitions(database().pool, daysAgo(40));
  await ensurePartitions(database().pool, daysAgo(32));
});

async function request(id: string, at: Date): Promise<void> {
  await database().pool.query(
    `WITH p AS (
       INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step, pinned, source, status)
       VALUES ('digits', $1, 'primary', 'v1', 'primary', $2, $2, 1, 1, 1, 0, false, 'http', 'ok')
     ), o AS (
       INSERT INTO outcomes (endpoint, request_id, slot, requested_at, version, role, rollout, step, pinned, reward, late, counted)
       VALUES ('digits', $1, 'primary', $2, 'v1', 'primary', 1, 0, false, 1, false, true)
     )
     INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ('digits', $1, '1')`,
    [id, at],
  );
}

const idsIn = async (table: string): Promise<string[]> =>
  (await database().pool.query<{ id: string }>(`SELECT request_id AS id FROM ${table} ORDER BY 1`)).rows.map(
    ({ id }) => id,
  );

describe('retention', () => {
  it('drops whole days with outcomes and truths of their requests, and keeps the rest', async () => {
    await request('old', daysAgo(38));
    await request('kept', daysAgo(29));
    await request('new', daysAgo(0));
    const reader = await database().pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM predictions');
    await expect(dropOldDays(database().pool, daysAgo(30))).rejects.toMatchObject({ code: '55P03' });
    await reader.query('COMMIT');
    reader.release();

    const dropped = await dropOldDays(database().pool, daysAgo(30));
    expect(dropped).toContain(dayPartition(daysAgo(38)).table);
    expect(dropped).not.toContain(dayPartition(daysAgo(30)).table);
    for (const table of ['predictions', 'outcomes', 'ground_truth'])
      expect(await idsIn(table)).toEqual(['kept', 'new']);
    const { rows } = await database().pool.query<{ kept_from: Date }>('SELECT kept_from FROM log_retention');
    expect(rows[0]?.kept_from).toEqual(new Date(dayPartition(daysAgo(31)).to));
    expect(await dropOldDays(database().pool, daysAgo(30))).toEqual([]);
  });

  it('takes what came too late for its day out of the default partition', async () => {
    await request('straggler', daysAgo(50));
    expect(await idsIn('predictions_default')).toEqual(['straggler']);
    await dropOldDays(database().pool, daysAgo(30));
    expect(await idsIn('predictions_default')).toEqual([]);
  });

  it('keeps the sums of consumers while their rollout is at work', async () => {
    await database().pool.query(`INSERT INTO endpoints (name, manifest, revision) VALUES ('digits', '{}', 1)`);
    for (const [rollout, ended] of [[1, daysAgo(35)], [2, null]] as const) {
      await database().pool.query(`INSERT INTO deployments (endpoint, rollout, revision, strategy, spec, state, status, ended_at) VALUES ('digits', $1, 1, 'canary', '{}', '{}', 'running', $2)`, [rollout, ended]);
      await database().pool.query(`INSERT INTO key_stats VALUES ('digits', $1, 0, 'v1', 'ann', 1, 0, 1, 1)`, [rollout]);
      await database().pool.query(`INSERT INTO key_latencies (endpoint, rollout, step, version, routing_key, total_ms) VALUES ('digits', $1, 0, 'v1', 'ann', '{"from":0,"counts":[],"beyond":1}')`, [rollout]);
    } // prettier-ignore
    await ensurePartitions(database().pool, daysAgo(34));
    await dropOldDays(database().pool, daysAgo(30));
    for (const table of ['key_stats', 'key_latencies']) {
      const { rows } = await database().pool.query(`SELECT rollout FROM ${table}`);
      expect(rows, table).toEqual([{ rollout: 2 }]);
    }
  });
});
