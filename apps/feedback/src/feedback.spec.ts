import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evidence, headers as names, type Evidence } from '#contracts';
import { type RunningService, startService } from '#platform';
import { eventually, http, ownPostgres, Stage, type Heard, type OwnServer } from '#testing';
import { recount } from './audit/audit.js';
import { feedback } from './feedback.service.js';
import { makeEndpoint, recordRow } from './testing/log-writer.js';

let postgres: OwnServer;
let stage: Stage;
let service: RunningService;
let pool: pg.Pool;
let published: Heard[];
let deadLetters: Heard[];

const start = async (): Promise<RunningService> => {
  const started = await startService(feedback, stage.env({ DATABASE_URL: postgres.address }));
  await eventually(async () => (await http(`http://127.0.0.1:${started.port}/health/ready`)).status === 200, {
    timeoutMs: 30_000,
  });
  return started;
};

beforeAll(async () => {
  [postgres, stage] = await Promise.all([ownPostgres(), Stage.open()]);
  service = await start();
  pool = new pg.Pool({ connectionString: postgres.address, max: 4 });
  pool.on('error', () => undefined);
  published = await stage.upstream.listen(stage.topic('evidence'));
  deadLetters = await stage.upstream.listen(stage.topic('deadLetters'));
});
afterAll(async () => {
  await service.stop();
  await pool.end();
  await stage.close();
  await postgres.remove();
});

async function newEndpoint(): Promise<string> {
  const name = `e-${randomUUID()}`;
  await makeEndpoint(pool, { name });
  return name;
}

const record = (endpoint: string, id: string, answer: unknown = 3): Promise<void> =>
  recordRow(pool, {
    endpoint,
    id,
    slot: 'primary',
    role: 'primary',
    version: 'v1',
    requestedAt: Date.now(),
    answer,
    totalMs: 20,
  });

/** Rows of one version, all answering 3, as the recorder leaves them. */
async function recordMany(endpoint: string, ids: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO predictions (endpoint, request_id, slot, role, version, requested_at, predicted_at, revision, epoch, rollout, step, pinned, source, status, response)
     SELECT $1::text, id, 'primary', 'primary', 'v1', now(), now(), 1, 1, 1, 0, false, 'http', 'ok', '{"predictions": [3]}' FROM unnest($2::text[]) id`,
    [endpoint, ids],
  );
  await pool.query(
    `INSERT INTO pending_counts (endpoint, rollout, step, version, role, requests, errors) VALUES ($1, 1, 0, 'v1', 'primary', $2, 0)`,
    [endpoint, ids.length],
  );
}

const evidenceOf = (endpoint: string): Evidence[] =>
  published.filter(({ key }) => key === endpoint).map(({ value }) => evidence.parse(JSON.parse(value)));
const latest = (endpoint: string): Evidence | undefined => evidenceOf(endpoint).at(-1);
const scoredOf = (endpoint: string): number => latest(endpoint)?.steps[0]?.arms[0]?.scored ?? 0;

describe('feedback', () => {
  it('takes truth from Kafka and from SQL, and publishes what it makes of it', async () => {
    const endpoint = await newEndpoint();
    for (const id of ['a', 'b', 'c']) await record(endpoint, id);
    await stage.upstream.truth([
      { endpoint, id: 'a', truth: 3 },
      { endpoint, id: 'b', truth: 8 },
    ]);
    await pool.query(`INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ($1, 'c', '3')`, [endpoint]);
    await eventually(() => scoredOf(endpoint) === 3);
    expect(latest(endpoint)).toMatchObject({
      rollout: 1,
      steps: [
        { step: 0, weights: { v1: 1 }, arms: [{ version: 'v1', requests: 3, errors: 0, units: 3, scored: 3, sum: 2 }] },
      ],
      pairs: [],
    });
    expect(latest(endpoint)?.steps[0]?.arms[0]?.latency).toMatchObject({ counts: [3], beyond: 0 });
  });

  it('numbers its evidence upwards, and sends at most four a second', async () => {
    const endpoint = await newEndpoint();
    for (let n = 0; n < 40; n++) {
      await record(endpoint, String(n));
      await stage.upstream.truth([{ endpoint, id: String(n), truth: 3 }]);
    }
    await eventually(() => scoredOf(endpoint) === 40);
    const sent = evidenceOf(endpoint);
    for (const [index, one] of sent.entries()) expect(one.seq).toBeGreaterThanOrEqual(sent[index - 1]?.seq ?? 0);
    // Each is made a little after its turn came, so that over all of them one turn may be missing at either end.
    const span = (sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0);
    expect(sent.length).toBeLessThanOrEqual(span / 250 + 2);
  });

  it('makes dead letters of what is no truth, and goes on', async () => {
    const endpoint = await newEndpoint();
    await record(endpoint, 'a');
    const topic = stage.topic('groundTruth');
    const poison = [
      '{no json',
      null,
      { endpoint, id: 'a' },
      { endpoint, id: 'a', truth: 1, reward: 1 },
      { endpoint: 'NO', id: 'a', truth: 1 },
    ];
    await stage.upstream.produce(
      topic,
      poison.map((value) => ({ key: 'a', value })),
    );
    await stage.upstream.truth([{ endpoint, id: 'a', truth: 3 }]);
    await eventually(() => scoredOf(endpoint) === 1);
    const letters = await eventually(() => deadLetters.length >= poison.length && deadLetters);
    expect(letters.map(({ headers }) => headers[names.dltTopic])).toEqual(poison.map(() => topic));
    expect(letters.every(({ headers }) => headers[names.deadLetterService] === 'feedback')).toBe(true);
  });

  it('shares the work with a second instance, also when that one is gone in the middle; nothing is lost or counted twice', async () => {
    const endpoint = await newEndpoint();
    const second = await start();
    const ids = Array.from({ length: 2_000 }, (_, n) => String(n));
    await recordMany(endpoint, ids);
    await stage.upstream.truth(ids.map((id, n) => ({ endpoint, id, truth: n % 4 === 0 ? 8 : 3 })));
    await second.stop();
    await eventually(() => scoredOf(endpoint) === 2_000, { timeoutMs: 30_000 });
    expect(latest(endpoint)?.steps[0]?.arms[0]).toMatchObject({ requests: 2_000, scored: 2_000, sum: 1_500 });
    await eventually(async () => (await recount(pool, endpoint)).length === 0);
  });

  it('waits while Postgres is gone, and joins everything afterwards', async () => {
    const endpoint = await newEndpoint();
    for (const id of ['a', 'b']) await record(endpoint, id);
    await postgres.stop();
    await stage.upstream.truth([
      { endpoint, id: 'a', truth: 3 },
      { endpoint, id: 'b', truth: 3 },
    ]);
    await eventually(async () => (await http(`http://127.0.0.1:${service.port}/health/ready`)).status === 503);
    await postgres.start();
    await eventually(() => scoredOf(endpoint) === 2, { timeoutMs: 30_000 });
  });

  it('has said nothing that a Postgres that crashes loses, and does again what was lost', async () => {
    const endpoint = await newEndpoint();
    const ids = Array.from({ length: 3_000 }, (_, n) => String(n));
    await recordMany(endpoint, ids);
    // Of itself Postgres now makes nothing durable for a long time.
    await pool.query(`ALTER SYSTEM SET wal_writer_delay = '10s'`);
    await pool.query('SELECT pg_reload_conf()');
    await stage.upstream.truth(ids.map((id) => ({ endpoint, id, truth: 3 })));
    await eventually(() => scoredOf(endpoint) > 0, { intervalMs: 1 });
    await postgres.crash();
    await service.stop();
    const said = evidenceOf(endpoint);

    await postgres.start();
    const { rows } = await pool.query<{ seq: number; scored: number }>(
      'SELECT seq::int, scored::int FROM evidence_state JOIN arm_stats USING (endpoint) WHERE endpoint = $1',
      [endpoint],
    );
    expect(rows[0]?.seq).toBeGreaterThanOrEqual(Math.max(...said.map(({ seq }) => seq)));
    expect(rows[0]?.scored).toBeGreaterThanOrEqual(Math.max(...said.map((one) => one.steps[0]?.arms[0]?.scored ?? 0)));

    service = await start();
    await eventually(() => scoredOf(endpoint) === 3_000, { timeoutMs: 30_000 });
    expect(latest(endpoint)?.steps[0]?.arms[0]).toMatchObject({ requests: 3_000, scored: 3_000, sum: 3_000 });
    expect(await recount(pool, endpoint)).toEqual([]);
    // No number was given to two snapshots.
    const sums = Map.groupBy(evidenceOf(endpoint), ({ seq }) => seq);
    for (const same of sums.values()) for (const one of same) expect(one.steps).toEqual(same[0]?.steps);
  });

  it('publishes everything again when it starts', async () => {
    const endpoint = await newEndpoint();
    await eventually(() => latest(endpoint));
    const before = evidenceOf(endpoint).length;
    await service.stop();
    service = await start();
    await eventually(() => evidenceOf(endpoint).length > before);
  });
});
