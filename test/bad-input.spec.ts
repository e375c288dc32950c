import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digit, digitsManifest, eventually, http, modelPath, v1Question, v2Question, type Heard } from '#testing';
import { useStack } from './use-stack.js';

describe('bad input: a clear error to whoever sent it, and traffic goes on', () => {
  const name = 'bad-input';
  const folder = mkdtempSync(join(tmpdir(), 'understudy-models-'));
  const broken = join(folder, 'broken.onnx');
  const stack = useStack({ env: { ARTIFACT_ROOTS: `${resolve('.')},${folder}` } });
  let dead: Heard[];

  beforeAll(async () => {
    const { control, upstream } = stack();
    await control.apply(digitsManifest(name, { single: { version: 'v2' } }));
    dead = await upstream.listen(upstream.topic('deadLetters'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const served = async (): Promise<void> => {
    expect((await stack().serving.infer(name, v2Question(digit(0)))).status).toBe(200);
  };

  describe('over HTTP', () => {
    const tensor = { name: 'pixels', shape: [1, 64], datatype: 'FP32', data: digit(0).pixels };
    const cases: [string, number, string, unknown, RegExp][] = [
      ['malformed JSON', 400, 'infer', '{"inputs": [', /JSON/i],
      ['JSON that is no object', 400, 'infer', '[1, 2]', /./],
      ['no inputs', 400, 'infer', { id: 'x' }, /inputs/],
      ['instances that are none', 400, 'predict', { instances: 7 }, /instances/],
      [
        'a shape that the data does not fill',
        422,
        'infer',
        { inputs: [{ ...tensor, data: [1, 2, 3] }] },
        /pixels|shape|data/,
      ],
      [
        'a shape that the model does not take',
        422,
        'infer',
        { inputs: [{ ...tensor, shape: [1, 3], data: [1, 2, 3] }] },
        /pixels|shape/,
      ],
      ['an input that the model does not have', 422, 'infer', { inputs: [{ ...tensor, name: 'colours' }] }, /colours/],
      ['text where numbers belong', 422, 'predict', { instances: [Array(64).fill('x')] }, /./],
      ['rows of different lengths', 422, 'predict', { instances: [[1, 2], [3]] }, /./],
    ];
    it.each(cases)('%s: %i', async (_, status, protocol, body, message) => {
      const { serving } = stack();
      const answer = await (protocol === 'infer' ? serving.infer(name, body) : serving.predict<unknown>(name, body));
      expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(message) as unknown } });
      await served();
    });

    it('an endpoint that nobody applied: 404', async () => {
      const { serving } = stack();
      const error = expect.stringContaining('nobody') as unknown;
      expect(await serving.infer('nobody', v2Question(digit(0)))).toMatchObject({ status: 404, body: { error } });
      expect(await serving.predict('nobody', v1Question(digit(0)))).toMatchObject({ status: 404, body: { error } });
      expect(await serving.get('/v2/models/nobody')).toMatchObject({ status: 404 });
      expect(await serving.truth('nobody', { id: 'x', truth: 1 })).toMatchObject({ status: 404 });
    });

    it('a version that does not exist, in the path: 404', async () => {
      const answer = await stack().serving.infer(name, v2Question(digit(0)), { version: 'v9' });
      expect(answer).toMatchObject({ status: 404, body: { error: expect.stringContaining('v9') as unknown } });
    });

    it('2 MB: 413', async () => {
      const answer = await stack().serving.infer(name, {
        ...v2Question(digit(0)),
        filler: 'x'.repeat(2 * 1024 * 1024),
      });
      expect(answer).toMatchObject({ status: 413, body: { error: expect.any(String) as unknown } });
      await served();
    });
  });

  describe('truth', () => {
    it('of which some is wrong: the rest is taken, and each wrong one named', async () => {
      const { serving } = stack();
      const items = [{ id: 'a', truth: 1 }, { id: 'b' }, { id: 'c', truth: 1, reward: 1 }, { truth: 4 }] as {
        id: string;
      }[];
      const answer = await serving.truth(name, items);
      expect(answer.status).toBe(202);
      expect(answer.body.accepted).toBe(1);
      expect(answer.body.rejected.map(({ index }) => index)).toEqual([1, 2, 3]);
    });

    it('as lines of JSON is taken too', async () => {
      const lines = '{"id": "l1", "truth": 1}\n{"id": "l2", "truth": 2}\n';
      const answer = await stack().serving.truth(name, lines, { 'content-type': 'application/x-ndjson' });
      expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejected: [] } });
    });

    it('for an id that nobody knows is kept, and changes nothing', async () => {
      const { serving, pool, log } = stack();
      await serving.truth(name, { id: 'unheard-of', truth: 3 });
      await eventually(async () => (await truthsOf('unheard-of', pool)) === 1, { what: 'the truth kept' });
      expect((await log.outcomes(name)).some(({ request_id }) => request_id === 'unheard-of')).toBe(false);
    });

    it('given twice counts once', async () => {
      const { serving, pool, log } = stack();
      const answer = await serving.predict(name, v1Question(digit(9)), { id: 'twice' });
      const truth = { id: 'twice', truth: answer.body.predictions[0] };
      await serving.truth(name, truth);
      await serving.truth(name, truth);
      await eventually(async () => (await truthsOf('twice', pool)) === 2, { what: 'both kept' });
      await eventually(async () => (await log.outcomes(name)).some(({ request_id }) => request_id === 'twice'), {
        what: 'scored',
      });
      expect((await log.outcomes(name)).filter(({ request_id }) => request_id === 'twice')).toHaveLength(1);
      await eventually(
        async () => {
          const { rows } = await pool.query<{ scored: number; outcomes: number }>(
            `SELECT (SELECT sum(scored)::int FROM arm_stats WHERE endpoint = $1) AS scored,
                  (SELECT count(*)::int FROM outcomes WHERE endpoint = $1 AND role = 'primary' AND NOT pinned) AS outcomes`,
            [name],
          );
          return rows[0]?.scored === rows[0]?.outcomes;
        },
        { what: 'the statistics equal to the outcomes' },
      );
    });
  });

  describe('a record that cannot be read', () => {
    const poison = Buffer.from([0xff, 0xfe, 0x00, 0x7b]);

    it.each(['predictions', 'groundTruth', 'evidence', 'plans', 'versions', 'heartbeats'] as const)(
      'in %s is set aside',
      async (id) => {
        const { upstream } = stack();
        const topic = upstream.topic(id);
        await upstream.produce(topic, [
          { key: 'poison', value: poison },
          { key: 'poison', value: '"a string"' },
          { key: 'poison', value: '{"endpoint": 7}' },
        ]);
        await eventually(
          () => dead.filter(({ headers }) => headers['kafka_dlt-original-topic'] === topic).length >= 3,
          {
            what: `three dead letters from ${topic}`,
          },
        );
        const [letter] = dead.filter(({ headers }) => headers['kafka_dlt-original-topic'] === topic);
        expect(letter!.headers['understudy-reason']).toBeTruthy();
        expect(letter!.headers['understudy-service']).toBeTruthy();
        expect(letter!.headers).toHaveProperty('kafka_dlt-original-offset');
        await served();
      },
    );

    it.each(['requests', 'work'] as const)('in %s is set aside', async (id) => {
      const { upstream, log } = stack();
      const topic = upstream.topic(id, { endpoint: name, version: 'v2' });
      await upstream.produce(topic, [
        { key: 'poison', value: poison },
        { key: 'poison', value: 'null' },
        { value: null },
      ]);
      await eventually(() => dead.filter(({ headers }) => headers['kafka_dlt-original-topic'] === topic).length >= 3, {
        what: `three dead letters from ${topic}`,
      });
      await served();
      await upstream.request(name, [{ id: `behind-${id}`, body: v2Question(digit(1)) }]);
      await log.awaitRowsOf(name, `behind-${id}`);
    });

    it('in the topic of replies is dropped', async () => {
      const { upstream } = stack();
      const topic = upstream.topic('replies');
      await upstream.produce(
        topic,
        Array.from({ length: 32 }, (_, index) => ({ key: String(index), value: poison })),
      );
      await served();
    });
  });

  describe('a model file that does not load', () => {
    it('is named in the view, and the fallback answers its share', async () => {
      const { control, serving, log } = stack();
      const endpoint = 'broken-model';
      writeFileSync(broken, 'this is no model');
      const versions = [
        { name: 'v1', runtime: 'onnx', artifact: modelPath('v1'), output: 'label' },
        { name: 'v9', runtime: 'onnx', artifact: broken, output: 'label' },
      ];
      const canary = { champion: 'v1', candidate: 'v9', steps: [50], interval: '1h', minSamples: 100, margin: 0.1 };
      await control.put(endpoint, digitsManifest(endpoint, { canary }, { versions }), '5s');
      const view = await control.awaitView(
        endpoint,
        (seen) =>
          Boolean(seen.versions.find(({ version }) => version === 'v9')?.failure) &&
          seen.versions.some(({ workers }) => workers > 0),
        'the failure named',
      );
      expect(view.ready).toBe(false);
      expect(view.waitsFor.join()).toContain('v9');

      const ids = Array.from({ length: 20 }, (_, index) => `${endpoint}-${index}`);
      const answers = await Promise.all(
        ids.map((id, index) => serving.infer(endpoint, { id, ...v2Question(digit(index)) })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(answers.every(({ body }) => (body as { model_version: string })['model_version'] === 'v1')).toBe(true);

      expect(await log.awaitAccount(endpoint, ids)).toMatchObject({ missing: [], repeated: [] });
      const failed = (await log.rows(endpoint)).filter(({ role, version }) => role === 'primary' && version === 'v9');
      expect(failed.length).toBeGreaterThan(0);
      for (const row of failed) {
        expect(row).toMatchObject({ status: 'error', error: expect.stringMatching(/./) as unknown });
        const [fallback] = (await log.awaitRowsOf(endpoint, row.request_id, 2)).filter(
          ({ role }) => role === 'fallback',
        );
        expect(fallback).toMatchObject({ version: 'v1', status: 'ok', propensity: null });
      }
    });
  });

  it('leaves every service running and ready', async () => {
    for (const service of stack().services()) {
      expect(service.running, service.name).toBe(true);
      expect((await http(`${service.url}/health/ready`)).status, service.name).toBe(200);
    }
  });

  const truthsOf = async (id: string, pool: ReturnType<typeof stack>['pool']): Promise<number> =>
    (await pool.query('SELECT 1 FROM ground_truth WHERE endpoint = $1 AND request_id = $2', [name, id])).rowCount ?? 0;
});
