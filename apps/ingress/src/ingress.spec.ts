import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Readiness, startService, type RunningService } from '#platform';
import { eventually, http, ServingClient, Stage, type Answering, type Heard } from '#testing';
import { ingress } from './ingress.service.js';

const v1Question = { instances: [[1, 2, 3]] };
const v2Question = { inputs: [{ name: 'X', shape: [1, 2], datatype: 'FP32', data: [1, 2] }] };
const answer = '{"predictions": [ 1.0 ]}';
const byV1: Answering = () => ({ value: answer, headers: { 'understudy-version': 'v1' } });

describe('the ingress', () => {
  let stage: Stage;
  let service: RunningService;
  let url: string;
  let serving: ServingClient;

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.endpoint('digits', 'v1', 'v2');
    await stage.plan('digits');
    service = await startService(ingress, stage.env({ MAX_IN_FLIGHT: '3' }));
    url = `http://127.0.0.1:${service.port}`;
    serving = new ServingClient(() => url);
    await eventually(async () => (await http(`${url}/v2/health/ready`)).status === 200, { what: 'a ready ingress' });
  });
  afterAll(async () => {
    await service.stop();
    await stage.close();
  });

  /** An endpoint with its plan known to the ingress, answered as given. */
  async function endpointThat(answering: Answering, name: string, timeoutMs = 5_000): Promise<Heard[]> {
    await stage.endpoint(name, 'v1', 'v2');
    const requests = await stage.answers(name, answering);
    await stage.plan(name, { timeoutMs });
    await eventually(async () => (await http(`${url}/v2/models/${name}`)).status === 200);
    return requests;
  }

  describe('asked for a prediction', () => {
    let requests: Heard[];
    beforeAll(async () => {
      requests = await endpointThat(byV1, 'asked');
    });
    const requestOf = (id: string) => eventually(() => requests.find(({ headers }) => headers['ce_id'] === id));

    it('passes the question and the answer on as they are', async () => {
      const body = '{ "id": "as-is", "instances":[[1.0,2,3]] }';
      const response = await fetch(`${url}/v1/models/asked:predict`, { method: 'POST', body });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(answer);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(response.headers.get('x-model-version')).toBe('v1');
      expect(response.headers.get('x-request-id')).toBe('as-is');
      expect((await requestOf('as-is')).value).toBe(body);
    });

    it('takes the id of the body, else of the header, else makes one', async () => {
      const idOf = async (body: object, id?: string) =>
        (await serving.infer('asked', body, id === undefined ? {} : { id })).headers.get('x-request-id');
      expect(await idOf({ id: 'in-body', ...v2Question }, 'in-header')).toBe('in-body');
      expect(await idOf(v2Question, 'in-header')).toBe('in-header');
      const made = await idOf(v2Question);
      expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
      await requestOf(made!);
    });

    it('keys the request by the consumer’s key, says when it was asked and until when', async () => {
      await serving.infer('asked', v2Question, { id: 'keyed', key: 'customer-7' });
      const { key, headers } = await requestOf('keyed');
      expect(key).toBe('customer-7');
      expect(headers).toMatchObject({ 'understudy-routing-key': 'customer-7', 'understudy-source': 'http' });
      const { 'understudy-requested-at': requestedAt, 'understudy-deadline': deadline } = headers;
      expect(Number(deadline) - Number(requestedAt)).toBe(5_000);
    });

    it('takes bodies of up to 1 MiB, and tells larger ones so', async () => {
      const body = JSON.stringify({ id: 'large', ...v1Question });
      const large = await serving.predict('asked', body.padEnd(1024 ** 2));
      expect(large.status).toBe(200);
      const larger = await serving.predict('asked', body.padEnd(2 * 1024 ** 2));
      expect(larger.status).toBe(413);
      expect(larger.body).toEqual({ error: 'the body is larger than 1 MiB' });
    });

    it.each([
      ['an endpoint that does not exist', '/v2/models/nobody/infer', v2Question, 404, /"nobody" does not exist/],
      ['a path that does not exist', '/v2/models/asked/guess', v2Question, 404, /Cannot POST/],
      ['a verb that does not exist', '/v1/models/asked:guess', v1Question, 404, /Cannot POST/],
      ['a version that does not exist', '/v2/models/asked/versions/v9/infer', v2Question, 404, /no version "v9"/],
      ['a version that nobody has live', '/v2/models/asked/versions/v2/infer', v2Question, 503, /no living worker/],
      ['malformed JSON', '/v2/models/asked/infer', '{"inputs": [', 400, /not JSON/],
      ['the other protocol', '/v2/models/asked/infer', v1Question, 400, /^inputs: /],
      ['an empty body', '/v2/models/asked/infer', '', 400, /expected a JSON body/],
    ])('says what is wrong with %s', async (_, path, body, status, error) => {
      const response = await http<{ error: string }>(`${url}${path}`, { method: 'POST', body });
      expect(response.status).toBe(status);
      expect(response.body.error).toMatch(error);
      expect(response.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
    });

    it('refuses an id that cannot be one', async () => {
      const response = await serving.infer('asked', v2Question, { id: 'x'.repeat(1_025) });
      expect(response.status).toBe(400);
      expect(response.body).toEqual({ error: 'header x-request-id: expected at most 1024 characters' });
    });

    it('sends a version named in the path along, where a worker has it live', async () => {
      await stage.worker('asked', 'v1');
      await eventually(async () => (await http(`${url}/v2/models/asked/versions/v1/ready`)).status === 200);
      expect((await serving.infer('asked', v2Question, { id: 'pinned', version: 'v1' })).status).toBe(200);
      expect((await requestOf('pinned')).headers['understudy-pinned']).toBe('v1');
    });
  });

  it('passes on the status and the text of an error', async () => {
    const error = 'input "X": expected shape [-1, 64], got [1, 2]';
    const headers = { 'understudy-status': '422', 'kafka_nest-err': error, 'understudy-version': 'v1' };
    await endpointThat(() => ({ value: JSON.stringify({ error }), headers }), 'picky');
    const response = await serving.infer('picky', v2Question, { id: 'bad-shape' });
    expect(response.status).toBe(422);
    expect(response.body).toEqual({ error });
    expect(response.headers.get('x-request-id')).toBe('bad-shape');
  });

  it('asks the fallback too after half of the time, and takes the first answer', async () => {
    const isSecond = ({ headers }: Heard) => headers['understudy-attempt'] === 'fallback';
    const byFallback: Answering = (request) => (isSecond(request) ? byV1(request) : undefined);
    const requests = await endpointThat(byFallback, 'slow', 1_000);
    expect((await serving.infer('slow', v2Question, { id: 'twice' })).status).toBe(200);
    const [first, second] = await stage.hears(requests, 2);
    expect(second!.value).toBe(first!.value);
    expect({ ...second!.headers, 'understudy-attempt': undefined }).toEqual({
      ...first!.headers,
      'understudy-attempt': undefined,
    });
    expect(isSecond(first!)).toBe(false);
  });

  it('gives up when the time is over, and lets in no more than may wait', async () => {
    const requests = await endpointThat(() => undefined, 'silent', 1_000);
    const waiting = [1, 2, 3].map(() => serving.infer('silent', v2Question));
    await stage.hears(requests, 3);
    const refused = await serving.infer('silent', v2Question);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    for (const response of await Promise.all(waiting)) {
      expect(response.status).toBe(504);
      expect(response.body).toEqual({ error: 'no answer within 1000 ms' });
    }
  });

  it('knows an endpoint that is deleted no more', async () => {
    await endpointThat(byV1, 'gone');
    await stage.plan('gone', { deleted: true });
    await eventually(async () => (await serving.predict('gone', v1Question)).status === 404);
    expect((await serving.truth('gone', { id: 'r', truth: 1 })).status).toBe(404);
  });

  it('answers who waits before it stops', async () => {
    const released = Promise.withResolvers<undefined>();
    const requests = await endpointThat(async (request) => {
      await released.promise;
      return byV1(request);
    }, 'stopping');
    const leaving = await startService(ingress, stage.env());
    const client = new ServingClient(() => `http://127.0.0.1:${leaving.port}`);
    await eventually(() => leaving.app.get(Readiness).ready);
    const waiting = client.infer('stopping', v2Question);
    await stage.hears(requests, 1);
    const stopped = leaving.stop();
    released.resolve(undefined);
    expect((await waiting).status).toBe(200);
    await stopped;
    await expect(client.get('/v2/health/live')).rejects.toThrow();
  });

  it('describes itself and its models', async () => {
    const body = async (path: string) => (await http(`${url}${path}`)).body;
    expect(await body('/v2/health/live')).toEqual({ live: true });
    expect(await body('/v2/health/ready')).toEqual({ ready: true });
    expect(await body('/v2')).toMatchObject({ name: 'understudy', extensions: [] });
    expect(await body('/v2/models/digits')).toEqual({
      name: 'digits',
      versions: ['v1', 'v2'],
      platform: 'onnx',
      inputs: [],
      outputs: [],
    });
    expect(await body('/v2/models/digits/versions/v2')).toMatchObject({ name: 'digits', versions: ['v2'] });
    expect(await body('/v2/models/digits/versions/v9')).toEqual({ error: 'endpoint "digits" has no version "v9"' });
    expect(await body('/health/live')).toEqual({ live: true });
    expect((await http<string>(`${url}/metrics`)).body).toContain('understudy_http_request_seconds');
  });

  it('calls an endpoint ready when a router and the worker of whom it may be assigned to, or of the fallback, live', async () => {
    const ready = () => http<{ ready: boolean }>(`${url}/v2/models/digits/ready`);
    expect(await ready()).toMatchObject({ status: 503, body: { name: 'digits', ready: false } });
    await stage.router({ digits: 1 });
    await stage.worker('digits', 'v1');
    await eventually(async () => (await ready()).status === 200);
    await stage.leave('digits');
    await eventually(async () => (await ready()).status === 503);
  });

  describe('told the truth', () => {
    let truths: Heard[];
    beforeAll(async () => {
      truths = await stage.upstream.listen(stage.topic('groundTruth'));
    });
    const truthOf = (id: string) =>
      eventually(() => truths.find(({ key }) => key === id)).then(({ value }) => JSON.parse(value) as object);

    it('takes one', async () => {
      const before = Date.now();
      const response = await serving.truth('digits', { id: 'one', truth: 3 });
      expect(response).toMatchObject({ status: 202, body: { accepted: 1, rejected: [] } });
      const { at, ...truth } = (await truthOf('one')) as { at: number };
      expect(truth).toEqual({ endpoint: 'digits', id: 'one', truth: 3 });
      expect(at).toBeGreaterThanOrEqual(before);
    });

    it('takes an array and says by place what it does not take', async () => {
      const items = [
        { id: 'a', truth: { label: 3 }, at: '2026-01-02T03:04:05Z' },
        { truth: 3 },
        { id: 'b', reward: 0.5 },
        { id: 'c', truth: 3, reward: 1 },
        { id: 'd' },
        { id: 'e', truth: 1, endpoint: 'other' },
      ];
      const { status, body } = await serving.truth('digits', items as { id: string }[]);
      expect(status).toBe(202);
      expect(body.accepted).toBe(2);
      expect(body.rejected.map(({ index }) => index)).toEqual([1, 3, 4, 5]);
      expect(body.rejected[0]!.error).toMatch(/^id: /);
      expect(body.rejected[1]!.error).toBe('expected exactly one of "truth" and "reward"');
      expect(await truthOf('a')).toMatchObject({ truth: { label: 3 }, at: '2026-01-02T03:04:05Z' });
      expect(await truthOf('b')).toMatchObject({ reward: 0.5 });
    });

    it('takes lines as they come, more of them than a body may hold', async () => {
      const count = 40_000;
      const lines = Array.from({ length: count }, (_, index) =>
        index === 7 ? 'not json' : JSON.stringify({ id: `line-${index}`, truth: index % 10 }),
      );
      const text = `${lines.join('\n')}\n`;
      expect(text.length).toBeGreaterThan(1024 ** 2);
      const response = await serving.truth('digits', text + text, { 'content-type': 'application/x-ndjson' });
      expect(response.status).toBe(202);
      expect(response.body.accepted).toBe(2 * count - 2);
      expect(response.body.rejected.map(({ index }) => index)).toEqual([7, count + 7]);
      expect(await truthOf(`line-${count - 1}`)).toMatchObject({ endpoint: 'digits', truth: (count - 1) % 10 });
    });

    it.each([
      ['an endpoint that does not exist', 'nobody', '{"id":"r","truth":1}', 404],
      ['malformed JSON', 'digits', '{"id":', 400],
      ['an empty body', 'digits', '', 400],
    ])('says what is wrong with %s', async (_, endpoint, body, status) => {
      const response = await serving.truth(endpoint, body);
      expect(response.status).toBe(status);
      expect(response.body).toHaveProperty('error');
    });
  });
});
