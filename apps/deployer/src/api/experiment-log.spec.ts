import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { loggedRequest, type LoggedRequest } from '#contracts';
import { eventually } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

describe('the experiment log', () => {
  const { harness, control, url } = useDeployer();
  const name = 'logged';
  const start = Date.parse('2026-02-01T10:00:00Z');

  beforeAll(async () => {
    const canary = { champion: 'v1', candidate: 'v2', steps: [10], interval: '1h' };
    await control.put(name, harness.manifest(name, { canary }));
  });

  const read = async (query = ''): Promise<{ status: number; lines: LoggedRequest[] }> => {
    const response = await fetch(url(`/endpoints/${name}/experiment-log${query}`));
    const text = await response.text();
    if (!response.ok) return { status: response.status, lines: [] };
    const lines = text.split('\n').filter((line) => line !== '');
    return { status: response.status, lines: lines.map((line) => loggedRequest.parse(JSON.parse(line))) };
  };

  it('is empty before anything is scored, and an endpoint that is not there has none', async () => {
    expect(await read()).toEqual({ status: 200, lines: [] });
    const response = await fetch(url('/endpoints/nobody/experiment-log'));
    expect(response.status).toBe(404);
  });

  it('gives every scored request that was drawn, oldest first, with the shares of its step', async () => {
    // Of each ten requests: eight that count, one pinned, one whose truth came too late.
    await harness.pool().query(
      `WITH numbers AS (SELECT n, $2::timestamptz + n * interval '1 second' AS at FROM generate_series(1, 5000) AS n),
       rows AS (
         INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step,
                                  propensity, pinned, source, status)
         SELECT $1, 'r' || n, 'primary', CASE WHEN n % 10 = 3 THEN 'v2' ELSE 'v1' END, 'primary', at, at, 1, 1, 1, 0,
                CASE WHEN n % 10 = 1 THEN NULL WHEN n % 10 = 3 THEN 0.1 ELSE 0.9 END, n % 10 = 1, 'http', 'ok' FROM numbers
       )
       INSERT INTO outcomes (endpoint, request_id, slot, requested_at, version, role, rollout, step, pinned, reward, late, counted, scored_at)
       SELECT $1, 'r' || n, 'primary', at, CASE WHEN n % 10 = 3 THEN 'v2' ELSE 'v1' END, 'primary', 1, 0, n % 10 = 1, n % 2,
              n % 10 = 2, n % 10 NOT IN (1, 2), at + interval '1 minute' FROM numbers`,
      [name, new Date(start)],
    );
    const { lines } = await read('?from=2026-02-01T00:00:00Z');
    expect(lines).toHaveLength(4_000);
    expect(lines.map(({ requestedAt }) => requestedAt)).toEqual(lines.map(({ requestedAt }) => requestedAt).sort());
    expect(lines[0]).toEqual({
      requestId: 'r3', requestedAt: '2026-02-01T10:00:03.000Z', scoredAt: '2026-02-01T10:01:03.000Z', rollout: 1, step: 0,
      version: 'v2', propensity: 0.1, weights: { v2: 0.1, v1: 0.9 }, reward: 1,
    }); // prettier-ignore
  });

  it('keeps to the times it is asked for', async () => {
    const { lines } = await read('?from=2026-02-01T10:00:10Z&to=2026-02-01T10:00:20Z');
    expect(lines.map(({ requestId }) => requestId)).toEqual(['r10', 'r13', 'r14', 'r15', 'r16', 'r17', 'r18', 'r19']);
    expect((await read('?from=yesterday')).status).toBe(400);
  });

  it('gives its connection back when nobody reads on', async () => {
    const log = url(`/endpoints/${name}/experiment-log?from=2026-02-01T00:00:00Z`);
    for (let i = 0; i < 10; i++) {
      const [response] = (await once(get(log), 'response')) as [IncomingMessage];
      expect([200, 429]).toContain(response.statusCode);
      response.destroy();
    }
    await eventually(async () => (await read('?from=2026-02-01T00:00:00Z')).lines.length === 4_000);
  });
});
