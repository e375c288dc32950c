import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownPostgres } from '#testing';
import { analystRole } from '../analyst.js';
import { openDatabase } from '../open-database.js';
import { dayPartition } from '../partitions.js';
import { fates, sampleStart, writeSampleLog } from '../testing/sample-log.js';
import { useDatabase } from '../testing/use-database.js';
import { views } from './index.js';

const { database, url } = useDatabase();
beforeAll(() => writeSampleLog(database().pool, 'digits'));

const select = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await database().pool.query<Record<string, unknown>>(sql)).rows;

const about = (value: number): unknown => expect.closeTo(value, 0);

describe('served_predictions', () => {
  it('has one row a request, with the answer that the caller got and what came of it', async () => {
    const rows = await select(
      'SELECT request_id, version, role, assigned_version, status, answer, truth, reward, total_ms FROM analytics.served_predictions ORDER BY requested_at',
    );
    expect(rows.map(({ request_id }) => request_id)).toEqual(fates.map(({ id }) => id));
    const byId = Object.fromEntries(rows.map(({ request_id, ...row }) => [request_id, row])) as Record<string, unknown>;
    expect(byId['both-right']).toEqual({ version: 'v1', role: 'primary', assigned_version: 'v1', status: 'ok', answer: [3], truth: 3, reward: 1, total_ms: 4 }); // prettier-ignore
    expect(byId['fell-back']).toEqual({ version: 'v0', role: 'fallback', assigned_version: 'v1', status: 'ok', answer: [2], truth: 2, reward: 1, total_ms: 20 }); // prettier-ignore
    expect(byId['nobody-answered']).toMatchObject({ version: 'v1', status: 'error', answer: null, reward: 0 });
    expect(byId['no-truth-yet']).toMatchObject({ truth: null, reward: null });
  });
});

describe('an output that the endpoint declares', () => {
  it.each([
    ['truth.output', `UPDATE endpoints SET manifest = jsonb_set(manifest, '{spec,truth,output}', $1)`, 'argmax(probabilities)', [3]],
    ['truth.output', `UPDATE endpoints SET manifest = jsonb_set(manifest, '{spec,truth,output}', $1)`, '/outputs/1/name', ['label']],
    ['the version', `INSERT INTO model_versions (endpoint, version, spec, runtime, artifact) VALUES ('digits', 'v1', jsonb_build_object('output', $1::jsonb), '', '')`, '/outputs/1/shape', [1]],
  ])('by %s is where the views look (%s → %s)', async (_by, sql, output, answer) => {
    const client = await database().pool.connect();
    await client.query('BEGIN');
    await client.query(sql, [JSON.stringify(output)]);
    const found = async (view: string, column: string) => (await client.query<{ found: unknown }>(`SELECT ${column} AS found FROM analytics.${view} WHERE request_id = 'both-right'`)).rows[0]?.found;
    expect(await found('served_predictions', 'answer')).toEqual(answer);
    expect(await found('shadow_comparisons', 'champion_answer')).toEqual(answer);
    await client.query('ROLLBACK');
    client.release();
  }); // prettier-ignore
});

describe('prediction_outcomes', () => {
  it('says of every row of the log what has become of it', async () => {
    const rows = await select(
      `SELECT request_id, slot, state, reward, delay_seconds FROM analytics.prediction_outcomes ORDER BY requested_at, slot`,
    );
    const states = Object.fromEntries(rows.map(({ request_id, slot, state }) => [`${String(request_id)} ${String(slot)}`, state])); // prettier-ignore
    expect(states).toMatchObject({
      'both-right primary': 'counted',
      'both-right shadow:v2': 'counted',
      'no-truth-yet primary': 'open',
      'fell-back fallback': 'scored',
      'pinned primary': 'scored',
      'late-truth primary': 'late',
    });
    expect(rows[0]).toMatchObject({ reward: 1, delay_seconds: 300 });
  });
});

describe('shadow_comparisons', () => {
  it('says by request whether champion and shadow agree, and who was right', async () => {
    const rows = await select(
      'SELECT request_id, champion, shadow, agree, difference, who_was_right FROM analytics.shadow_comparisons ORDER BY requested_at',
    );
    expect(rows.map(({ request_id, agree, difference, who_was_right }) => [request_id, agree, difference, who_was_right])).toEqual([
      ['both-right', true, 0, 'both'],
      ['champion-right', false, -1, 'champion'],
      ['shadow-right', false, 1, 'shadow'],
      ['neither-right', true, 0, 'neither'],
      ['shadow-failed', null, -1, 'champion'],
      ['no-truth-yet', false, null, null],
    ]); // prettier-ignore
    expect(rows[0]).toMatchObject({ champion: 'v1', shadow: 'v2' });
  });
});

describe('version_daily', () => {
  it('sums up each version’s day, percentiles to 2 %', async () => {
    const rows = await select(
      `SELECT version, role, sum(requests)::int AS requests, sum(errors)::int AS errors, sum(scored)::int AS scored, sum(counted)::int AS counted,
         max(p99_ms) AS p99, avg(mean_ms) AS mean
       FROM analytics.version_daily WHERE endpoint = 'digits' GROUP BY version, role ORDER BY version`,
    );
    expect(rows).toEqual([
      { version: 'v0', role: 'fallback', requests: 1, errors: 0, scored: 1, counted: 0, p99: about(20), mean: 20 },
      { version: 'v1', role: 'primary', requests: 10, errors: 2, scored: 9, counted: 7, p99: about(4), mean: 4 },
      { version: 'v2', role: 'shadow', requests: 6, errors: 1, scored: 5, counted: 5, p99: about(9), mean: 9 },
    ]); // prettier-ignore
  });

  it('reads no other day than those asked for', async () => {
    const plan = await select(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM analytics.version_daily WHERE day = '${sampleStart.toISOString().slice(0, 10)}'`,
    );
    const read = plan.map((row) => String(row['QUERY PLAN'])).filter((line) => / on predictions_\d+/.test(line) && !line.includes('never executed')); // prettier-ignore
    expect(read).toHaveLength(1);
    expect(read[0]).toContain(dayPartition(sampleStart).table);
  });
});

describe('rollout_timeline', () => {
  it('has plans and verdicts in one, with the evidence', async () => {
    const rows = await select(
      'SELECT kind, strategy, verdict, version, checks, evidence_seq, allocation, reason FROM analytics.rollout_timeline ORDER BY at',
    );
    expect(rows).toMatchObject([
      { kind: 'plan', strategy: 'silent', allocation: [{ version: 'v1', weight: 1 }], reason: 'the first plan' },
      { kind: 'verdict', verdict: 'hold', version: 'v2', evidence_seq: '4', checks: [{ name: 'min-samples', value: 5 }] },
    ]); // prettier-ignore
  });
});

describe('unmatched_truth', () => {
  it('lists truth that found no request, once nobody waits for one any more', async () => {
    const list = () => select('SELECT endpoint, request_id, reason FROM analytics.unmatched_truth ORDER BY endpoint');
    const known = { endpoint: 'digits', request_id: 'never-asked', reason: 'unknown request' };
    await database().pool.query(`INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ('nobody', 'x', '1')`);
    expect(await list()).toEqual([known]);
    // As feedback does when the window has passed.
    await database().pool.query(`INSERT INTO unmatched_truth (endpoint, request_id, at) VALUES ('nobody', 'x', now())`);
    expect(await list()).toEqual([known, { endpoint: 'nobody', request_id: 'x', reason: 'unknown endpoint' }]);
  });
});

describe('experiment_log', () => {
  it('has each drawn request whose reward counts, with features, action and propensity', async () => {
    const rows = await select(
      'SELECT request_id, features, action, propensity, reward FROM analytics.experiment_log ORDER BY requested_at',
    );
    expect(rows.map(({ request_id }) => request_id)).toEqual([
      'both-right', 'champion-right', 'shadow-right', 'neither-right', 'shadow-failed', 'fell-back', 'nobody-answered',
    ]); // prettier-ignore
    expect(rows[0]).toMatchObject({
      action: 'v1',
      propensity: 1,
      reward: 1,
      features: { inputs: [{ name: 'pixels' }] },
    });
  });
});

describe('the role of analysts', () => {
  it('reads the views, and reads and writes nothing else', async () => {
    const login = `ann_${randomUUID().slice(0, 8)}`;
    await database().pool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret' IN ROLE ${analystRole}`);
    const address = new URL(url());
    address.username = login;
    address.password = 'secret';
    const client = new pg.Client({ connectionString: address.href });
    await client.connect();
    try {
      for (const { name } of views) {
        await client.query(`SELECT * FROM analytics.${name} LIMIT 1`);
        for (const statement of [`DELETE FROM analytics.${name}`, `INSERT INTO analytics.${name} DEFAULT VALUES`])
          await expect(client.query(statement)).rejects.toThrow(/permission denied|cannot (delete|insert)/);
      }
      const { rows: others } = await client.query(
        `SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'analytics') AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
           AND (has_table_privilege(c.oid, 'SELECT') OR has_table_privilege(c.oid, 'INSERT') OR has_table_privilege(c.oid, 'UPDATE')
             OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE'))`,
      );
      expect(others).toEqual([]);
      await expect(client.query('SELECT * FROM predictions')).rejects.toThrow(/permission denied/);
      await expect(client.query('CREATE TABLE mine (n int)')).rejects.toThrow(/permission denied/);
      await expect(client.query('CREATE VIEW analytics.mine AS SELECT 1')).rejects.toThrow(/permission denied/);
    } finally {
      await client.end();
      await database().pool.query(`DROP ROLE ${login}`);
    }
  });

  it('is asked for where the database’s user may not make it, and reads all once it is there', async () => {
    const server = await ownPostgres();
    const admin = new pg.Client({ connectionString: server.address });
    await admin.connect();
    try {
      await admin.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
      await admin.query('CREATE DATABASE plain OWNER plain');
      const address = new URL(server.address);
      address.username = address.password = 'plain';
      address.pathname = '/plain';
      const open = async (): Promise<string[]> => {
        const notes: string[] = [];
        const opened = openDatabase({ url: address.href, onNote: (note) => notes.push(note) });
        await opened.migrated;
        await opened.close();
        return notes;
      };
      expect(await open()).toEqual([expect.stringContaining(`CREATE ROLE ${analystRole}`)]);
      await admin.query(`CREATE ROLE ${analystRole}`);
      expect(await open()).toEqual([]);
      const there = new pg.Client({ connectionString: Object.assign(new URL(server.address), { pathname: '/plain' }).href }); // prettier-ignore
      await there.connect();
      await there.query(`SET ROLE ${analystRole}; SELECT * FROM analytics.version_daily`);
      await there.end();
    } finally {
      await admin.end();
      await server.remove();
    }
  });
});
