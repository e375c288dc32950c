import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { columnsHeader, readColumns } from '#contracts';
import { eventually } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

describe('the log as a stream', () => {
  const { harness, control, url } = useDeployer();
  const name = 'exported';
  const start = '2026-02-01T00:00:00Z';

  beforeAll(async () => {
    await control.put(name, harness.manifest(name, { single: { version: 'v1' } }));
    await harness.pool().query(
      `INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step,
         propensity, pinned, source, request, status)
       SELECT $1, 'r' || n, 'primary', 'v1', 'primary', at, at, 1, 1, 1, 0, 1, false, 'http', '{"n": 1}', 'ok'
       FROM (SELECT n, $2::timestamptz + n * interval '1 minute' AS at FROM generate_series(0, 4999) AS n) AS numbers`,
      [name, start],
    );
  });

  const read = (query: string, endpoint = name): Promise<Response> => fetch(url(`/endpoints/${endpoint}/log${query}`));

  it('has a line for each request of the time asked for, and says what its columns are', async () => {
    const response = await read(`?from=2026-02-01T01:00:00Z&to=2026-02-03T00:00:00Z`);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(2 * 1440 - 60);
    const columns = readColumns(response.headers.get(columnsHeader) ?? '');
    const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(Object.keys(rows[0]!)).toEqual(columns.map((column) => column.name));
    expect(columns).toContainEqual({ name: 'requested_at', type: 'time' });
    expect(columns).toContainEqual({ name: 'request', type: 'json' });
    const first = rows.find(({ request_id }) => request_id === 'r60');
    expect(first).toMatchObject({ requested_at: '2026-02-01T01:00:00+00:00', version: 'v1', request: { n: 1 }, truth: null }); // prettier-ignore
  });

  it('has all of it where no time is asked for, of any view of requests', async () => {
    const text = await (await read('?view=prediction_outcomes')).text();
    expect(text.trimEnd().split('\n')).toHaveLength(5_000);
    expect(await (await read('?view=experiment_log')).text()).toBe('');
  });

  it('says what is wrong', async () => {
    for (const query of ['?view=predictions', '?from=yesterday']) expect((await read(query)).status).toBe(400);
    expect((await read('', 'nobody')).status).toBe(404);
  });

  it('gives its connection back when nobody reads on', async () => {
    for (let n = 0; n < 6; n++) {
      const [response] = (await once(get(url(`/endpoints/${name}/log`)), 'response')) as [IncomingMessage]; // prettier-ignore
      response.destroy();
    }
    await eventually(async () => {
      const response = await read('');
      const text = await response.text();
      return response.status === 200 && text.length > 0;
    });
  });
});
