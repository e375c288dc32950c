import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BacktestView } from '#contracts';
import { digits, digitsManifest, eventually, http, v2Question } from '#testing';
import { runLine } from './run-command.js';
import { useStack } from './use-stack.js';

describe('backtest: a version answers the requests of yesterday', () => {
  const stack = useStack({ services: ['deployer', 'model-worker', 'recorder'] });
  const name = 'past';
  const rows = 6_000;
  const redacted = 60;
  const from = new Date(Date.now() - 3 * 86_400_000);

  const url = (path = ''): string => `${stack().deployerUrl}/api/v1/endpoints/${name}/backtests${path}`;
  const start = (body: object) => http<BacktestView>(url(), { method: 'POST', body });
  const look = async (id: number): Promise<BacktestView> => (await http<BacktestView>(url(`/${id}`))).body;
  const ended = (id: number): Promise<BacktestView> =>
    eventually(
      async () => {
        const view = await look(id).catch(() => undefined);
        return view !== undefined && view.status !== 'running' ? view : undefined;
      },
      { timeoutMs: 120_000, what: `the end of backtest ${id}` },
    );
  const countOf = async (table: string): Promise<number> =>
    (await stack().pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]!.n;

  beforeAll(async () => {
    // Without a router it never becomes ready: its versions are all that is needed.
    await stack().control.put(name, digitsManifest(name, { single: { version: 'v1' } }));
    // Requests that v1 answered with a label that is right in four of five, with their truth, one of them corrected.
    await stack().pool.query(
      `WITH digits AS (SELECT ordinality - 1 AS row, pixels, label FROM unnest($3::text[], $4::int[]) WITH ORDINALITY AS d (pixels, label)),
       asked AS (
         SELECT n, 'q' || n AS id, $2::timestamptz + n * interval '40 seconds' AS at, pixels, label
         FROM generate_series(0, $5 - 1) AS n JOIN digits ON digits.row = n % (SELECT count(*) FROM digits)),
       truths AS (
         INSERT INTO ground_truth (endpoint, request_id, truth, at)
         SELECT $1, id, to_jsonb(CASE WHEN n = 0 THEN label + 1 ELSE label END), at + interval '1 minute' FROM asked
         UNION ALL SELECT $1, id, to_jsonb(label), at + interval '2 minutes' FROM asked WHERE n = 0)
       INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step,
                                propensity, pinned, source, request, response, status)
       SELECT $1, id, 'primary', CASE WHEN n % 100 = 99 THEN 'v2' ELSE 'v1' END, 'primary', at, at, 1, 1, 1, 0, 1, false, 'http',
         CASE WHEN n < $6 THEN NULL ELSE pixels::jsonb END,
         jsonb_build_object('outputs', jsonb_build_array(jsonb_build_object('name', 'label', 'shape', '[1]'::jsonb, 'datatype', 'INT64',
           'data', jsonb_build_array(CASE WHEN n % 5 = 0 THEN (label + 1) % 10 ELSE label END)))), 'ok'
       FROM asked`,
      [name, from, digits().map((row) => JSON.stringify(v2Question(row))), digits().map(({ label }) => label), rows, redacted],
    );
  }); // prettier-ignore

  let before: number[];
  beforeAll(async () => {
    before = [await countOf('predictions'), await countOf('outcomes'), await countOf('pending_counts')];
  });

  it('says how to add a version that is not listed, and refuses what makes no sense', async () => {
    const unknown = await start({ version: 'v9' });
    expect(unknown.status).toBe(422);
    expect(JSON.stringify(unknown.body)).toMatch(/v1, v2, v3.*spec\.versions/);
    expect((await start({ version: 'v1' })).status).toBe(422);
    expect((await start({ version: 'v2', from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' })).status).toBe(422);
    expect((await start({ version: 'v2', whence: 1 })).status).toBe(400);
    expect((await http(url('/999'))).status).toBe(404);
  });

  it('goes on where it was when deployer and worker are killed, and compares every request once', async () => {
    const started = await start({ version: 'v2', from: from.toISOString(), minSamples: 50 });
    expect(started.status).toBe(202);
    const { id } = started.body;
    expect((await start({ version: 'v2' })).status).toBe(409);
    await eventually(async () => (await countOf('backtest_predictions')) > 0, { what: 'first answers' });
    await Promise.all([stack().service('deployer').kill(), stack().service('model-worker').kill()]);
    await Promise.all([stack().service('deployer').start(), stack().service('model-worker').start()]);
    const view = await ended(id);
    expect(view).toMatchObject({ status: 'done', requests: rows * 0.99, otherVersions: rows * 0.01, through: rows * 0.99, skipped: redacted, lost: 0 });
    const compared = rows * 0.99 - redacted;
    expect(view.pair).toMatchObject({ champion: 'v1', shadow: 'v2', requests: compared, errors: 0, scored: compared });
    expect(await countOf('backtest_predictions')).toBe(compared);
    // v1's logged answers are right in four of five cases, v2 in more than nine of ten.
    expect(view.pair.championSum / compared).toBeCloseTo(0.8, 1);
    expect(view.pair.shadowSum / compared).toBeGreaterThan(0.9);
    expect(view.verdict).toMatchObject({ outcome: 'promote', version: 'v2' });
  }); // prettier-ignore

  it('leaves live log and evidence alone', async () => {
    expect([await countOf('predictions'), await countOf('outcomes'), await countOf('pending_counts')]).toEqual(before);
    expect((await stack().control.view(name)).pairs).toEqual([]);
  });

  it('is cancelled and resumed, each request still once', async () => {
    const { id } = (await start({ version: 'v3', from: from.toISOString() })).body;
    await eventually(async () => (await look(id)).through > 0, { what: 'progress' });
    const cancelled = await http<BacktestView>(url(`/${id}/cancel`), { method: 'POST' });
    // On a quick machine it may have ended before.
    if (cancelled.status === 200) expect((await http(url(`/${id}/resume`), { method: 'POST' })).status).toBe(200);
    const view = await ended(id);
    expect(view).toMatchObject({ status: 'done', through: rows * 0.99, lost: 0, verdict: { outcome: 'reject' } });
    expect((await http(url(`/${id}/resume`), { method: 'POST' })).status).toBe(409);
    expect((await http(url(`/${id}`), { method: 'DELETE' })).status).toBe(200);
    expect((await http(url(`/${id}`))).status).toBe(404);
  });

  it('is started, followed and listed by the commands of the documentation', async () => {
    const run = (command: string) => runLine(stack(), command.replace(' digits ', ` ${name} `));
    const page = readFileSync('docs/how-to/backtest.md', 'utf8');
    const [first = '', list = ''] = /<!-- commands: backtest -->\s*```sh\n([\s\S]*?)```/.exec(page)![1]!.split('\n');
    const ran = await run(first);
    expect(ran, ran.output).toMatchObject({ code: 0 });
    for (const part of ['v2 beside v1', 'status     done', 'skipped', 'verdict    promote', 'min-samples'])
      expect(ran.output).toContain(part);
    expect((await run(list)).output).toMatch(/done.*promote/);
    const refused = await run(`npx understudy backtest digits --version v9`);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('spec.versions');
    await stack().pool.query(/```sql\n([\s\S]*?)```/.exec(page)![1]!);
  });
});
