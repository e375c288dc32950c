import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evidence as evidenceSchema, type VersionHealth } from '#contracts';
import { openDatabase, StepFactsCache, type Database } from '#database';
import { eventually, freshDatabase } from '#testing';
import { readEvidence } from '../evidence/read-evidence.js';
import { makeEndpoint } from '../testing/log-writer.js';
import { HealthWatch } from './health-watch.js';

describe('health of versions without truth', () => {
  const name = 'unlabelled';
  let database: Database;
  let pool: pg.Pool;

  beforeAll(async () => {
    database = openDatabase({ url: await freshDatabase() });
    await database.migrated;
    pool = database.pool;
    await makeEndpoint(pool, { name, truth: { metric: 'accuracy' } });
    for (const version of ['v1', 'v2', 'v3'])
      await pool.query(
        `INSERT INTO model_versions (endpoint, version, runtime, artifact, spec) VALUES ($1, $2, 'onnx', '/m', '{}')`,
        [name, version],
      );
    // Before the rollout: v1, right in nine of ten cases when it says 0.9. Since then: other inputs, and a shadow v2 with labels of one kind.
    await answers({ version: 'v1', role: 'primary', from: -20, shift: 0, label: 'n % 2', prefix: 'old' });
    await answers({ version: 'v1', role: 'primary', from: -0.5, shift: 10, label: 'n % 2', prefix: 'new' });
    await answers({ version: 'v2', role: 'shadow', from: -0.5, shift: 10, label: '0', prefix: 'new' });
    await pool.query(
      `INSERT INTO outcomes (endpoint, request_id, slot, requested_at, version, role, rollout, step, pinned, reward, late, counted)
       SELECT endpoint, request_id, slot, requested_at, version, role, 1, 0, false,
         CASE WHEN substr(request_id, 4)::int % 10 = 0 THEN 0 ELSE 1 END, false, true
       FROM predictions WHERE request_id LIKE 'old%'`,
    );
    await pool.query(
      `INSERT INTO pair_stats (endpoint, rollout, champion, shadow, requests, errors, scored, better, worse, sum_difference, sum_squared_difference,
                               champion_sum, shadow_sum, compared, agreed, numeric, answer_difference)
       VALUES ($1, 1, 'v1', 'v2', 300, 0, 0, 0, 0, 0, 0, 0, 0, 300, 150, 300, -150)`,
      [name],
    );
    // The rollout began an hour ago.
    await pool.query(`UPDATE traffic_plans SET created_at = now() - interval '1 hour'`);
  });
  afterAll(() => database.close());

  const answers = (of: { version: string; role: string; from: number; shift: number; label: string; prefix: string }) =>
    pool.query(
      `INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step,
                                pinned, source, request, response, status)
       SELECT $1, $6 || n, CASE WHEN $3 = 'shadow' THEN 'shadow:' || $2 ELSE 'primary' END, $2, $3,
         now() + $4::float8 * interval '1 hour' + n * interval '1 second', now(), 1, 1, 1, 0, false, 'http',
         jsonb_build_object('instances', jsonb_build_array(jsonb_build_array((n * 0.618034)::float8 - floor(n * 0.618034) + $5::float8, 1))),
         jsonb_build_object('predictions', jsonb_build_array(jsonb_build_object('label', ${of.label}, 'probabilities', jsonb_build_array(0.9, 0.1)))), 'ok'
       FROM generate_series(0, 299) AS n`,
      [name, of.version, of.role, of.from, of.shift, of.prefix],
    );

  const health = async (): Promise<Map<string, VersionHealth>> => {
    const sql = 'SELECT version, health FROM version_health WHERE endpoint = $1';
    const { rows } = await pool.query<{ version: string; health: VersionHealth }>(sql, [name]);
    return new Map(rows.map((row) => [row.version, row.health]));
  };

  const looked = async (): Promise<Map<string, VersionHealth>> => {
    await pool.query('DELETE FROM version_health');
    const watch = new HealthWatch(database, pino({ level: 'silent' }));
    watch.onModuleInit();
    const found = await eventually(async () => ((await health()).size > 0 ? health() : undefined));
    await watch.onModuleDestroy();
    return found;
  };

  it('is looked at by itself: drift against the time before the rollout, and an estimate of the accuracy', async () => {
    const found = await looked();
    // What had no request has no health.
    expect([...found.keys()].sort()).toEqual(['v1', 'v2']);
    const [v1, v2] = [found.get('v1')!, found.get('v2')!];
    expect(v1).toMatchObject({ requests: 300, reference: { version: 'v1', requests: 300 }, inputs: { columns: 2, drifted: 1 } });
    expect(v1.inputs!.most[0]).toMatchObject({ name: '[0]', kind: 'numeric', statistic: 1 });
    expect(v1.answers!.psi).toBeLessThan(0.01);
    expect(v2.answers).toMatchObject({ name: 'answer', kind: 'categorical' });
    expect(v2.answers!.psi).toBeGreaterThan(1);
    expect(v1.agreement).toBeNull();
    expect(v2.agreement).toEqual({ champion: 'v1', compared: 300, agreed: 0.5, meanDifference: -0.5 });
    for (const one of [v1, v2]) {
      expect(one.accuracy!.estimate).toBeCloseTo(0.9, 9);
      expect(one.accuracy).toMatchObject({ answers: 300, calibratedOn: { version: 'v1', answers: 300 } });
    }
  }); // prettier-ignore

  it('is part of the evidence, where the newest look is of this rollout', async () => {
    await looked();
    const ofNow = () =>
      database.transaction((client) => readEvidence(client, name, new StepFactsCache(), Date.now(), 0), 'snapshot');
    const evidence = evidenceSchema.parse(JSON.parse(JSON.stringify(await ofNow())));
    expect(evidence.health).toMatchObject([
      { version: 'v1', inputs: { columns: 2, most: [{ name: '[0]' }, { name: '[1]' }] } },
      { version: 'v2', answers: { name: 'answer' } },
    ]);
    expect(evidence.health![1]!.answers!.psi).toBeGreaterThan(1);
    await pool.query(`UPDATE version_health SET at = now() - interval '2 hours'`);
    expect(await ofNow()).not.toHaveProperty('health');
  });

  it('is compared with the requests of a fixed time, where the manifest names one', async () => {
    const [from, to] = [new Date(Date.now() - 3_600_000), new Date()].map((at) => at.toISOString());
    const manifest = { spec: { truth: { metric: 'accuracy' }, drift: { reference: { from, to } } } };
    await pool.query('UPDATE endpoints SET manifest = $2 WHERE name = $1', [name, manifest]);
    const v2 = (await looked()).get('v2')!;
    expect(v2).toMatchObject({ reference: { version: 'v1', from, to, requests: 300 }, inputs: { columns: 2, drifted: 0 } });
    expect(v2.answers!.psi).toBeGreaterThan(1);
  }); // prettier-ignore
});
