import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '#database';
import { dropDatabase, freshDatabase } from '#testing';
import { type LoggedRequest, PastRequestsRepository } from './past-requests.repository.js';

const minute = 60_000;
const at = new Date(Date.now() - 2 * minute);
let url: string;
let database: Database;

beforeAll(async () => {
  url = await freshDatabase();
  database = openDatabase({ url });
  await database.migrated;
  // Two requests that both answered; of the first a click, corrected, then a purchase, and a return after the window.
  await database.pool.query(
    `INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step, pinned, source, status, response)
     SELECT 'shop', id, 'primary', 'v1', 'primary', $1, $1, 1, 1, 1, 0, false, 'http', 'ok', '{"predictions":[2]}' FROM unnest('{a,b}'::text[]) AS id`,
    [at],
  );
  await database.pool.query(
    `INSERT INTO backtest_predictions (backtest, endpoint, version, request_id, requested_at, predicted_at, status, response)
     SELECT 7, 'shop', 'v2', id, date_trunc('milliseconds', $1::timestamptz), now(), 'ok', '{"predictions":[3]}' FROM unnest('{a,b}'::text[]) AS id`,
    [at],
  );
  for (const [part, truth, afterMs] of [['click', 5, 1], ['click', 1, 2], ['purchase', 2, 3], ['return', 9, minute + 1]] as const) {
    await database.pool.query(`INSERT INTO ground_truth (endpoint, request_id, part, truth, at) VALUES ('shop', 'a', $1, to_jsonb($2::int), $3)`, [part, truth, new Date(at.getTime() + afterMs)]);
  } // prettier-ignore
});
afterAll(async () => {
  await database.close();
  await dropDatabase(url);
});

it('gives the newest truth in time, or with combine: sum the newest of each part', async () => {
  const past = new PastRequestsRepository(database);
  const iso = at.toISOString().replace('Z', '000Z');
  const requests: LoggedRequest[] = ['a', 'b'].map((id) => ({ id, requestedAt: iso, requestedMs: at.getTime(), body: null })); // prettier-ignore
  const answered = (combine: 'latest' | 'sum') =>
    past.answers({ id: 7, endpoint: 'shop' }, requests, { window: minute, combine });
  expect(await answered('latest')).toMatchObject([{ truth: { truth: 2 } }, { truth: null }]);
  const [a, b] = await answered('sum');
  expect(a).toMatchObject({ champion: { response: { predictions: [2] } }, shadow: { response: { predictions: [3] } } });
  expect(a?.truth?.parts?.map(({ truth }) => truth)).toEqual([1, 2]);
  expect(b?.truth).toBeNull();
});
