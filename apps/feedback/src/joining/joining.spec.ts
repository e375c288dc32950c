import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction, openDatabase, StepFactsCache } from '#database';
import { dropDatabase, freshDatabase, recountArms } from '#testing';
import { recount } from '../audit/recount.js';
import { closeWindows } from './close-windows.js';
import { EndpointRules } from './endpoint-rules.js';
import { joinBatch } from './join-batch.js';
import {
  insertTruth,
  makeEndpoint,
  recordRow,
  type TestEndpoint,
  type TestRow,
  type TestTruth,
} from './log-writer.fixture.js';

let url: string;
let pool: pg.Pool;
const minute = 60_000;
const window = 10 * minute;

beforeAll(async () => {
  url = await freshDatabase();
  const database = openDatabase({ url });
  await database.migrated;
  await database.close();
  pool = new pg.Pool({ connectionString: url, max: 6 });
});
afterAll(async () => {
  await pool.end();
  await dropDatabase(url);
});

/** What one feedback service has. */
const service = () => ({ rules: new EndpointRules(), facts: new StepFactsCache(), limit: 50, now: Date.now() });
const joinOnce = (surroundings = service()) => inTransaction(pool, (client) => joinBatch(client, surroundings));

/** Joins until nothing is due any more, looking at once for what was put off. */
async function joinAll(): Promise<void> {
  for (;;) {
    await pool.query('UPDATE pending_joins SET due_at = now()');
    const { requests, more } = await joinOnce();
    const { rows } = await pool.query<{ left: boolean }>(
      'SELECT EXISTS (SELECT 1 FROM pending_joins) OR EXISTS (SELECT 1 FROM pending_counts) AS left',
    );
    if (requests === 0 && !more && rows[0]?.left === false) return;
  }
}

async function endpointOf(more: Omit<TestEndpoint, 'name'> = {}): Promise<string> {
  const name = `e-${randomUUID()}`;
  await makeEndpoint(pool, { name, ...more });
  return name;
}

const outcomes = async (endpoint: string): Promise<Record<string, unknown>[]> =>
  (
    await pool.query<Record<string, unknown>>(
      'SELECT request_id, slot, version, reward, late, counted FROM outcomes WHERE endpoint = $1 ORDER BY request_id, slot, requested_at',
      [endpoint],
    )
  ).rows;

const arms = async (endpoint: string): Promise<Record<string, unknown>[]> =>
  (
    await pool.query<Record<string, unknown>>(
      `SELECT step, version, requests::int, errors::int, units::int, error_sum, scored::int, sum, sum_squares
       FROM arm_stats WHERE endpoint = $1 ORDER BY step, version`,
      [endpoint],
    )
  ).rows;

describe('a truth', () => {
  const at = Date.now() - 5 * minute;
  const primary = (endpoint: string, id: string, more: Partial<TestRow> = {}): TestRow => ({
    endpoint,
    id,
    slot: 'primary',
    role: 'primary',
    version: 'v1',
    requestedAt: at,
    ...more,
  });

  it('scores the version that answered and the shadow that saw the request, and compares the two', async () => {
    const endpoint = await endpointOf();
    await recordRow(pool, primary(endpoint, 'a', { answer: 8 }));
    await recordRow(pool, primary(endpoint, 'a', { slot: 'shadow:v2', role: 'shadow', version: 'v2', answer: 3 }));
    await insertTruth(pool, { endpoint, id: 'a', truth: 3, at: at + 1 });
    await joinAll();
    expect(await outcomes(endpoint)).toMatchObject([
      { slot: 'primary', version: 'v1', reward: 0, counted: true },
      { slot: 'shadow:v2', version: 'v2', reward: 1, counted: true },
    ]);
    expect(await arms(endpoint)).toMatchObject([{ version: 'v1', requests: 1, scored: 1, sum: 0 }]);
    const { rows } = await pool.query('SELECT * FROM pair_stats WHERE endpoint = $1', [endpoint]);
    expect(rows).toMatchObject([
      { champion: 'v1', shadow: 'v2', requests: '1', scored: '1', better: '1', worse: '0', sum_difference: 1 },
    ]);
  });

  it('may come before its prediction, which finds it', async () => {
    const endpoint = await endpointOf();
    await insertTruth(pool, { endpoint, id: 'a', truth: 3, at });
    await joinOnce();
    const { rows: waiting } = await pool.query<{ attempts: number }>(
      'SELECT attempts FROM pending_joins WHERE endpoint = $1',
      [endpoint],
    );
    expect(waiting).toEqual([{ attempts: 1 }]);
    await recordRow(pool, primary(endpoint, 'a'));
    await joinOnce();
    expect(await arms(endpoint)).toMatchObject([{ scored: 1, sum: 1 }]);
  });

  it('of an unknown request is looked for a few times and then left', async () => {
    const endpoint = await endpointOf();
    await insertTruth(pool, { endpoint, id: 'nobody', truth: 3, at: Date.now() });
    await joinAll();
    expect(await outcomes(endpoint)).toEqual([]);
  });

  it('of an endpoint that does not exist is left alone', async () => {
    await insertTruth(pool, { endpoint: 'nowhere', id: 'a', truth: 3, at: Date.now() });
    await joinAll();
    expect(await outcomes('nowhere')).toEqual([]);
  });

  it('is corrected by a later one, and the statistics by the difference', async () => {
    const endpoint = await endpointOf();
    await recordRow(pool, primary(endpoint, 'a'));
    await insertTruth(pool, { endpoint, id: 'a', truth: 3, at: at + 1 });
    await joinAll();
    expect(await arms(endpoint)).toMatchObject([{ scored: 1, sum: 1 }]);
    await insertTruth(pool, { endpoint, id: 'a', truth: 4, at: at + 2 });
    await insertTruth(pool, { endpoint, id: 'a', truth: 3, at: at + 1 });
    await joinAll();
    expect(await arms(endpoint)).toMatchObject([{ scored: 1, sum: 0 }]);
    expect(await outcomes(endpoint)).toHaveLength(1);
  });

  it('counts up to the last moment of the window, and later is kept and left out', async () => {
    const endpoint = await endpointOf({ truth: { window: '10m' } });
    await recordRow(pool, primary(endpoint, 'a'));
    await recordRow(pool, primary(endpoint, 'b'));
    await recordRow(pool, primary(endpoint, 'c'));
    await insertTruth(pool, { endpoint, id: 'a', truth: 3, at: at + window });
    await insertTruth(pool, { endpoint, id: 'b', truth: 3, at: at + window + 1 });
    await insertTruth(pool, { endpoint, id: 'c', truth: 3, at: at + 1 });
    await insertTruth(pool, { endpoint, id: 'c', truth: 4, at: at + window + 1 });
    await joinAll();
    expect(await outcomes(endpoint)).toMatchObject([
      { request_id: 'a', late: false, counted: true },
      { request_id: 'b', late: true, counted: false },
      { request_id: 'c', late: false, counted: true, reward: 1 },
    ]);
    expect(await arms(endpoint)).toMatchObject([{ requests: 3, scored: 2, sum: 2 }]);
  });

  it('that does not fit is recorded as an error, and a correction mends it', async () => {
    const endpoint = await endpointOf({ truth: { metric: 'squared-error' } });
    await recordRow(pool, primary(endpoint, 'a'));
    await insertTruth(pool, { endpoint, id: 'a', truth: 'three', at: at + 1 });
    await joinAll();
    const errors = () =>
      pool.query<{ error: string }>('SELECT error FROM scoring_errors WHERE endpoint = $1', [endpoint]);
    expect((await errors()).rows).toEqual([{ error: expect.stringMatching(/"three"; expected a number/) as string }]);
    expect(await outcomes(endpoint)).toEqual([]);
    await insertTruth(pool, { endpoint, id: 'a', truth: 5, at: at + 2 });
    await joinAll();
    expect((await errors()).rows).toEqual([]);
    expect(await outcomes(endpoint)).toMatchObject([{ reward: 4 }]);
  });

  it('counts what failed for the version assigned; fallbacks and pinned requests are scored and left out', async () => {
    const endpoint = await endpointOf();
    await recordRow(pool, primary(endpoint, 'a', { version: 'v2', status: 'error' }));
    await recordRow(pool, primary(endpoint, 'a', { slot: 'fallback', role: 'fallback' }));
    await recordRow(pool, primary(endpoint, 'b', { pinned: true }));
    for (const id of ['a', 'b']) await insertTruth(pool, { endpoint, id, truth: 3, at: at + 1 });
    await joinAll();
    expect(await outcomes(endpoint)).toMatchObject([
      { slot: 'fallback', version: 'v1', reward: 1, counted: false },
      { slot: 'primary', version: 'v2', reward: 0, counted: true },
      { request_id: 'b', reward: 1, counted: false },
    ]);
    expect(await arms(endpoint)).toEqual([
      { step: 0, version: 'v2', requests: 1, errors: 1, units: 1, error_sum: 1, scored: 1, sum: 0, sum_squares: 0 },
    ]);
  });

  it('with assignment by key counts for the consumer, whose mean is one unit', async () => {
    const endpoint = await endpointOf({ assignment: 'key' });
    const rows: [string, string | null, unknown][] = [
      ['a', 'ann', 3],
      ['b', 'ann', 4],
      ['c', 'bob', 3],
      ['d', null, 3],
      ['e', 'k'.repeat(1024), 3],
    ];
    for (const [id, routingKey, answer] of rows) await recordRow(pool, primary(endpoint, id, { routingKey, answer }));
    await recordRow(pool, primary(endpoint, 'f', { routingKey: 'ann', status: 'error' }));
    for (const id of 'abcde') await insertTruth(pool, { endpoint, id, truth: 3, at: at + 1 });
    await joinAll();
    const [arm] = await arms(endpoint);
    expect(arm).toMatchObject({ requests: 6, errors: 1, units: 4, scored: 4, sum: 0.5 + 1 + 1 + 1 });
    expect(arm?.['error_sum']).toBeCloseTo(1 / 3, 12);
    expect(arm?.['sum_squares']).toBeCloseTo(0.25 + 3, 12);
    expect(await recount(pool, endpoint)).toEqual([]);
  });
});

describe('with missing: default', () => {
  const truth = { window: '10m', missing: 'default', default: 0 };
  const old = Date.now() - 15 * minute;
  const row = (endpoint: string, id: string, requestedAt: number): TestRow => ({
    endpoint,
    id,
    slot: 'primary',
    role: 'primary',
    version: 'v1',
    requestedAt,
  });

  it('a request counts once its window closes, with its truth or the default, also when it is recorded later', async () => {
    const endpoint = await endpointOf({ truth });
    await recordRow(pool, row(endpoint, 'closed-true', old));
    await recordRow(pool, row(endpoint, 'closed-none', old));
    await recordRow(pool, row(endpoint, 'open', Date.now()));
    await insertTruth(pool, { endpoint, id: 'closed-true', truth: 3, at: old + 1 });
    await insertTruth(pool, { endpoint, id: 'open', truth: 3, at: Date.now() });
    await joinAll();
    expect(await arms(endpoint)).toMatchObject([{ requests: 3, scored: 0 }]);
    await closeWindows(pool, new EndpointRules(), Date.now());
    await joinAll();
    expect(await arms(endpoint)).toMatchObject([{ requests: 3, scored: 2, sum: 1 }]);

    await recordRow(pool, row(endpoint, 'recorded-late', old));
    await joinAll();
    expect(await arms(endpoint)).toMatchObject([{ requests: 4, scored: 3, sum: 1 }]);

    await insertTruth(pool, { endpoint, id: 'closed-none', truth: 3, at: old + 1 });
    await joinAll();
    expect(await arms(endpoint)).toMatchObject([{ requests: 4, scored: 3, sum: 2 }]);
    expect(await recount(pool, endpoint)).toEqual([]);
  });
});

describe('in any order', () => {
  type Event =
    | { readonly kind: 'row'; readonly row: Omit<TestRow, 'endpoint'> }
    | { readonly kind: 'truth'; readonly truth: Omit<TestTruth, 'endpoint'> }
    | { readonly kind: 'join' | 'joins' | 'close' };

  const base = Date.now() - 30 * minute;
  const request = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    offset: fc.constantFrom(0, 12, 25),
    step: fc.constantFrom(0, 1),
    version: fc.constantFrom('v1', 'v2'),
    status: fc.constantFrom('ok' as const, 'ok' as const, 'error' as const),
    answer: fc.constantFrom(3, 4, [1, 2]),
    pinned: fc.constantFrom(false, false, false, true),
    routingKey: fc.constantFrom(null, 'ann', 'bob'),
    copies: fc.subarray(['shadow:v2', 'shadow:v3', 'fallback']),
    copyAnswer: fc.constantFrom(3, 4),
  });
  const truth = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'unknown'),
    truth: fc.constantFrom(3, 4, 'three', { no: 'label' }),
    // Within the window of some requests and after that of others.
    at: fc.constantFrom(1, 5, 11, 20, 29),
  });

  type Request = typeof request extends fc.Arbitrary<infer Drawn> ? Drawn : never;
  type Truth = typeof truth extends fc.Arbitrary<infer Drawn> ? Drawn : never;

  function eventsOf(requests: readonly Request[], truths: readonly Truth[]): Event[] {
    const byId = new Map(requests.map((one) => [one.id, one]));
    const rows = [...byId.values()].flatMap(({ copies, copyAnswer, offset, ...of }): Event[] => {
      const common = { ...of, requestedAt: base + offset * minute };
      const primary = { ...common, slot: 'primary', role: 'primary' } as const;
      const others = copies.map((slot) => {
        const role = slot === 'fallback' ? ('fallback' as const) : ('shadow' as const);
        const version = role === 'fallback' ? 'v1' : slot.slice('shadow:'.length);
        return { ...common, slot, role, version, status: 'ok' as const, answer: copyAnswer };
      });
      return [primary, ...others].map((row) => ({ kind: 'row', row }));
    });
    return [
      ...rows,
      ...truths.map(({ at, ...of }): Event => ({ kind: 'truth', truth: { ...of, at: base + at * minute } })),
    ];
  }

  async function play(endpoint: string, events: readonly Event[]): Promise<void> {
    for (const event of events) {
      if (event.kind === 'row') await recordRow(pool, { endpoint, ...event.row });
      else if (event.kind === 'truth') await insertTruth(pool, { endpoint, ...event.truth });
      else if (event.kind === 'close') await closeWindows(pool, new EndpointRules(), Date.now());
      else if (event.kind === 'join') await joinOnce();
      else await Promise.all([joinOnce(), joinOnce(), closeWindows(pool, new EndpointRules(), Date.now())]);
    }
    await closeWindows(pool, new EndpointRules(), Date.now());
    await joinAll();
  }

  const truthSpecs = [
    { window: '10m' },
    { window: '10m', missing: 'default', default: 0.5 },
    { window: '10m', metric: 'squared-error', onError: 9 },
  ];

  it('the outcomes are the same, and a recount finds no difference', async () => {
    const scenario = fc.record({
      requests: fc.array(request, { minLength: 1, maxLength: 6 }),
      truths: fc.array(truth, { maxLength: 10 }),
      spec: fc.constantFrom(...truthSpecs),
      assignment: fc.constantFrom('request' as const, 'key' as const),
      order: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })),
      work: fc.array(fc.constantFrom('join' as const, 'joins' as const, 'close' as const), { maxLength: 8 }),
      repeats: fc.subarray([0, 1, 2, 3, 4, 5]),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ requests, truths, spec, assignment, order, work, repeats }) => {
        // Of truths with equal times the last to arrive wins: with distinct ones the order must not matter.
        const distinct = [...new Map(truths.map((one) => [`${one.id}/${one.at}`, one])).values()];
        const inOrder = eventsOf(requests, distinct);
        const again = repeats.flatMap((index) => inOrder[index] ?? []);
        const shuffled = [...inOrder, ...again, ...work.map((kind): Event => ({ kind }))]
          .map((event) => ({ event, place: Number(order.next().value) }))
          .sort((a, b) => a.place - b.place)
          .map(({ event }) => event);
        const [plain, mixed] = [
          await endpointOf({ truth: spec, assignment, steps: 2 }),
          await endpointOf({ truth: spec, assignment, steps: 2 }),
        ];
        await play(plain, inOrder);
        await play(mixed, shuffled);

        expect(await outcomes(mixed)).toEqual(await outcomes(plain));
        const roundedValue = (value: unknown) => (typeof value === 'number' ? Number(value.toFixed(9)) : value);
        const rounded = (rows: Record<string, unknown>[]) =>
          rows
            .filter((row) => row['requests'] !== 0)
            .map((row) => Object.entries(row).map(([name, value]) => [name, roundedValue(value)]));
        expect(rounded(await arms(mixed))).toEqual(rounded(await arms(plain)));
        for (const endpoint of [plain, mixed]) {
          expect(await recount(pool, endpoint)).toEqual([]);
          if (assignment === 'request') expect(await recountArms(pool, endpoint)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  }, 240_000);
});

describe('a recount', () => {
  it('finds what has been tampered with', async () => {
    const endpoint = await endpointOf({ assignment: 'key' });
    const at = Date.now() - minute;
    const row = { endpoint, id: 'a', requestedAt: at, routingKey: 'ann' };
    await recordRow(pool, { ...row, slot: 'primary', role: 'primary', version: 'v1' });
    await recordRow(pool, { ...row, slot: 'shadow:v2', role: 'shadow', version: 'v2' });
    await insertTruth(pool, { endpoint, id: 'a', truth: 3, at });
    await joinAll();
    expect(await recount(pool, endpoint)).toEqual([]);
    await pool.query(`UPDATE outcomes SET reward = 0.5 WHERE endpoint = $1 AND slot = 'primary'`, [endpoint]);
    for (const table of ['arm_stats', 'key_stats', 'pair_stats'])
      await pool.query(`UPDATE ${table} SET scored = scored + 1 WHERE endpoint = $1`, [endpoint]);
    expect((await recount(pool, endpoint)).map(({ table }) => table)).toEqual([
      'outcomes',
      'arm_stats',
      'key_stats',
      'pair_stats',
    ]);
  });
});
