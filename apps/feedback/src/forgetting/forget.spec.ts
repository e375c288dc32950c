import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafka, TopicAdmin, TopicNames } from '#kafka';
import { freshPrefix, testBrokers } from '#testing';
import { recount } from '../audit/audit.js';
import { JoiningHarness } from '../testing/joining-harness.js';
import { insertTruth, recordRow, type TestRow } from '../testing/log-writer.js';
import { forget } from './forget.js';
import { pinnedConsumers } from './pinned-consumers.js';
import { retainedTopics } from './retained-topics.js';

const minute = 60_000;
const day = 1_440 * minute;

let harness: JoiningHarness;
let pool: pg.Pool;

beforeAll(async () => {
  harness = await JoiningHarness.open();
  pool = harness.pool;
});
afterAll(() => harness.close());

/** Requests of one consumer, at a version of two and with a shadow, with whatever comes of them. */
async function serve(endpoint: string, routingKey: string, ids: readonly string[], more: Partial<TestRow> = {}) {
  const { requestedAt = Date.now() - 5 * minute } = more;
  for (const [n, id] of ids.entries()) {
    const status = n % 5 === 4 ? 'error' : 'ok';
    const of = { ...more, endpoint, id, requestedAt, routingKey, totalMs: 10 + n, modelMs: 5 + n };
    await recordRow(pool, { ...of, slot: 'primary', role: 'primary', version: n % 3 === 0 ? 'v2' : 'v1', status, answer: n % 2 }); // prettier-ignore
    await recordRow(pool, { ...of, slot: 'shadow:v3', role: 'shadow', version: 'v3', answer: n % 3 });
    if (status === 'error') await recordRow(pool, { ...of, slot: 'fallback', role: 'fallback', version: 'v1' });
    // One truth does not fit, and is in scoring_errors.
    await insertTruth(pool, { endpoint, id, truth: n === 1 ? [1, 2] : 1, at: requestedAt + minute });
    await pool.query(
      `INSERT INTO backtest_predictions (backtest, endpoint, version, request_id, requested_at, predicted_at, status)
       VALUES (1, $1, 'v9', $2, $3, now(), 'ok') ON CONFLICT DO NOTHING`,
      [endpoint, id, new Date(requestedAt)],
    );
    await pool.query('INSERT INTO unmatched_truth (endpoint, request_id, at) VALUES ($1, $2, now())', [endpoint, id]);
  }
}

const idsOf = (consumer: string, count = 12): string[] =>
  Array.from({ length: count }, () => `${consumer}-${randomUUID()}`);

async function forgotten(routingKey: string, endpoint?: string) {
  let done: { requests: number; rows: Record<string, number> } | undefined;
  for await (const line of forget(pool, { routingKey, ...(endpoint !== undefined && { endpoint }) }))
    if ('done' in line) done = line.done;
  return done;
}

/** Rows of any table, of any schema, that hold a text anywhere. */
async function mentions(...texts: readonly string[]): Promise<Record<string, number>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*)::int FROM ${name} t WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) x WHERE strpos(t::text, x) > 0)`,
      [texts],
    );
    if ((rows[0]?.count ?? 0) > 0) found[name.replace('public.', '')] = rows[0]?.count ?? 0;
  }
  return found;
}

/** The statistics of an endpoint, as numbers without what rounding leaves; rows of nothing but zeros left out. */
async function statistics(endpoint: string): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of ['arm_stats', 'key_stats', 'pair_stats', 'bucket_stats', 'model_stats']) {
    const { rows } = await pool.query<Record<string, unknown>>(`SELECT * FROM ${table} WHERE endpoint = $1 ORDER BY 1, 2, 3, 4`, [endpoint]); // prettier-ignore
    const rounded = rows.map(({ endpoint: _, ...row }) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, numeric(value)])),
    );
    all[table] = rounded.filter(({ requests, scored }) => requests !== 0 || scored !== 0);
  }
  return all;
}
function numeric(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(numeric);
  const number = Number(value);
  return Number.isNaN(number) ? value : Math.round(number * 1e9) / 1e9 + 0;
}

describe.each(['key', 'request'] as const)('forgetting a consumer where plans assign by %s', (assignment) => {
  const bandit = assignment === 'request' ? { bucketMs: minute } : {};
  const like = { requestedAt: Date.now() - 5 * minute, ...(assignment === 'request' && { features: [1] }) };

  it('leaves nothing of it in any table, and everything of the others', async () => {
    const [one, other] = [`ann-${randomUUID()}`, `bob-${randomUUID()}`];
    const ids = { one: idsOf('one'), other: idsOf('other') };
    const endpoint = await harness.endpoint({ assignment, ...bandit });
    const alone = await harness.endpoint({ assignment, ...bandit });
    await serve(endpoint, one, ids.one, like);
    await serve(endpoint, other, ids.other, like);
    await harness.joinAll();
    // Some of each is still on its way when it begins.
    const late = idsOf('one', 3);
    await serve(endpoint, one, late, like);
    const before = await mentions(other, ...ids.other);
    expect(Object.keys(await mentions(one, ...ids.one))).toEqual(expect.arrayContaining(Object.keys(before)));

    expect(await forgotten(one)).toMatchObject({ requests: 15, rows: { ground_truth: 15, backtest_predictions: 15 } });

    expect(await mentions(one, ...ids.one, ...late)).toEqual({});
    expect(await mentions(other, ...ids.other)).toEqual(before);
    await harness.joinAll();
    expect(await recount(pool, endpoint)).toEqual([]);
    // As though only the other had ever been there.
    await serve(alone, other, ids.other, like);
    await harness.joinAll();
    expect(await statistics(endpoint)).toEqual(await statistics(alone));
    expect(await forgotten(one)).toEqual({ requests: 0, rows: {} });
  });

  it('takes it for a new one afterwards', async () => {
    const consumer = `ann-${randomUUID()}`;
    const endpoint = await harness.endpoint({ assignment });
    await serve(endpoint, consumer, idsOf('one'));
    await harness.joinAll();
    await forgotten(consumer);
    await serve(endpoint, consumer, idsOf('one', 4));
    await harness.joinAll();
    expect(await recount(pool, endpoint)).toEqual([]);
    expect((await pool.query('SELECT sum(requests)::int AS n FROM arm_stats WHERE endpoint = $1', [endpoint])).rows).toEqual([{ n: 4 }]); // prettier-ignore
  });
});

describe('forgetting', () => {
  it('keeps to one endpoint where it is told to, and refuses one that is not there', async () => {
    const consumer = `ann-${randomUUID()}`;
    const [first, second] = [await harness.endpoint(), await harness.endpoint()];
    await serve(first, consumer, idsOf('a', 2));
    await serve(second, consumer, idsOf('b', 2));
    await harness.joinAll();
    expect(await forgotten(consumer, first)).toMatchObject({ requests: 2 });
    expect((await pool.query('SELECT DISTINCT endpoint FROM predictions WHERE routing_key = $1', [consumer])).rows).toEqual([{ endpoint: second }]); // prettier-ignore
    await expect(forgotten(consumer, 'nobody')).rejects.toThrow('no endpoint "nobody"');
  });

  it('leaves a truth whose id is somebody else’s request too, at another time', async () => {
    const [one, other, id] = [`ann-${randomUUID()}`, `bob-${randomUUID()}`, randomUUID()];
    const endpoint = await harness.endpoint();
    await serve(endpoint, one, [id]);
    const at = Date.now() - 6 * day;
    await recordRow(pool, { endpoint, id, slot: 'primary', role: 'primary', version: 'v1', requestedAt: at, routingKey: other }); // prettier-ignore
    await harness.joinAll();
    await forgotten(one);
    expect(await mentions(one)).toEqual({});
    expect(await mentions(id)).toMatchObject({ ground_truth: 1 });
    expect(await recount(pool, endpoint)).toEqual([]);
  });

  it('goes on while rows are recorded and joined, and leaves sums that are right', async () => {
    const [one, other] = [`ann-${randomUUID()}`, `bob-${randomUUID()}`];
    const endpoint = await harness.endpoint({ assignment: 'key' });
    await serve(endpoint, one, idsOf('one', 40));
    let isOver = false;
    const traffic = [one, other].map(async (consumer) => {
      while (!isOver) await serve(endpoint, consumer, idsOf(consumer, 3));
    });
    const joining = [1, 2].map(async () => {
      while (!isOver) await harness.joinOnce();
    });
    for (let times = 0; times < 3; times++) await forgotten(one);
    isOver = true;
    await Promise.all([...traffic, ...joining]);
    await harness.joinAll();
    expect(await recount(pool, endpoint)).toEqual([]);
    await forgotten(one);
    expect(await mentions(one)).toEqual({});
    expect(await recount(pool, endpoint)).toEqual([]);
  });

  it('erases sums whose rows are not kept any more', async () => {
    const [one, other] = [`ann-${randomUUID()}`, `bob-${randomUUID()}`];
    const endpoint = await harness.endpoint({ assignment: 'key' });
    await serve(endpoint, one, idsOf('one'));
    await serve(endpoint, other, idsOf('other'));
    await harness.joinAll();
    for (const table of ['predictions', 'outcomes'])
      await pool.query(`DELETE FROM ${table} WHERE endpoint = $1`, [endpoint]);
    await pool.query(`UPDATE traffic_plans SET created_at = now() - interval '9 days' WHERE endpoint = $1`, [endpoint]);
    await pool.query(`UPDATE log_retention SET kept_from = now() - interval '5 days'`);
    await forgotten(one);
    await pool.query(`UPDATE log_retention SET kept_from = '-infinity'`);
    expect(await mentions(one)).toEqual({});
    const { rows } = await pool.query(
      'SELECT sum(requests)::int AS requests, sum(units)::int AS units FROM arm_stats WHERE endpoint = $1',
      [endpoint],
    );
    expect(rows).toEqual([{ requests: 12, units: 2 }]);
  });

  it('erases sums that were wrong', async () => {
    const consumer = `ann-${randomUUID()}`;
    const endpoint = await harness.endpoint({ assignment: 'key' });
    await serve(endpoint, consumer, idsOf('one'));
    await harness.joinAll();
    const less = 'UPDATE key_stats SET requests = requests - 2, sum = sum - 1, scored = scored - 1 WHERE endpoint = $1';
    await pool.query(less, [endpoint]);
    await forgotten(consumer);
    expect(await mentions(consumer)).toEqual({});
  });

  it('names the rules that name the consumer', async () => {
    const consumer = `ann-${randomUUID()}`;
    const endpoint = await harness.endpoint();
    const rules = [{ when: { routingKey: consumer }, version: 'v2' }];
    expect(await pinnedConsumers(pool, consumer, undefined)).toEqual([]);
    await pool.query(`UPDATE traffic_plans SET plan = plan || $2 WHERE endpoint = $1`, [endpoint, { rules }]);
    expect(await pinnedConsumers(pool, consumer, undefined)).toEqual([{ endpoint, inManifest: false, plans: 1 }]);
    await pool.query(`UPDATE endpoints SET manifest = $2 WHERE name = $1`, [endpoint, { spec: { rules } }]);
    expect(await pinnedConsumers(pool, consumer, endpoint)).toEqual([{ endpoint, inManifest: true, plans: 1 }]);
  });
});

describe('what Kafka still holds', () => {
  it('is said of every topic with records of consumers, by its configuration', async () => {
    const names = new TopicNames(freshPrefix());
    const kafka = createKafka(testBrokers().split(','), names.prefix, pino({ level: 'silent' }));
    const admin = new TopicAdmin(kafka, names);
    try {
      await admin.ensureStatic();
      await admin.ensure([
        { id: 'requests', parameters: { endpoint: 'digits' } },
        { id: 'work', parameters: { endpoint: 'digits', version: 'v1.2' } },
        { id: 'requests', parameters: { endpoint: 'others' } },
      ]);
      const topics = await retainedTopics(admin, 'digits', 0);
      expect(topics.map(({ topic }) => topic.slice(names.prefix.length + 1))).toEqual(
        ['backtest-predictions', 'dead-letters', 'events', 'ground-truth', 'predictions', 'replies', 'requests.digits', 'work.digits.v1.2'], // prettier-ignore
      );
      const replies = topics.find(({ topic }) => topic === names.of('replies'));
      expect(replies).toMatchObject({ retentionMs: 600_000, segmentMs: 600_000, until: '1970-01-01T00:20:00.000Z' });
      expect((await retainedTopics(admin, undefined, 0)).map(({ topic }) => topic)).toContain(names.of('requests', { endpoint: 'others' })); // prettier-ignore
    } finally {
      await admin.close();
    }
  });
});
