import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IHeaders } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Decision, heartbeat, type Heartbeat, prediction, type Prediction, type VersionRecord } from '#contracts';
import { Readiness, startService, type RunningService } from '#platform';
import { digit, eventually, type Heard, modelPath, Stage, v1Question, v2Question } from '#testing';
import { modelWorker } from './model-worker.service.js';

const folder = mkdtempSync(join(tmpdir(), 'understudy-worker-'));
const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A model of the test's own: a JavaScript file. */
function userModule(name: string, predict: string): Partial<VersionRecord> {
  const artifact = join(folder, `${name}.mjs`);
  const signature = `[{ name: 'x', datatype: 'FP32', shape: [null] }]`;
  writeFileSync(artifact, `export const inputs = ${signature}, outputs = ${signature};\n${predict}`);
  return { runtime: 'module', artifact, sha256: hash(artifact) };
}

const decided: Decision = {
  version: 'v2',
  role: 'primary',
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  propensity: 1,
  pinned: false,
  fallback: 'v1',
};
const row = digit(0);
const minutesFromNow = (minutes: number): string => String(Date.now() + minutes * 60_000);

describe('the model worker', () => {
  let stage: Stage;
  let worker: RunningService;
  let deployer: Server;
  let env: Record<string, string>;
  /** What the deployer has, by path. */
  const uploaded = new Map<string, Buffer>();
  let predictions: Heard[];
  let replies: Heard[];
  let deadLetters: Heard[];
  let heartbeats: Heard[];

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.endpoint('early');
    await stage.version('early', 'v1', { artifact: modelPath('v1'), sha256: hash(modelPath('v1')) });
    deployer = createServer((request, response) => {
      const bytes = uploaded.get(request.url ?? '');
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
    });
    await new Promise<void>((resolve) => deployer.listen(0, '127.0.0.1', resolve));
    const { port } = deployer.address() as AddressInfo;
    env = stage.env({ DEPLOYER_URL: `http://127.0.0.1:${port}`, ARTIFACT_CACHE: join(folder, 'cache') });
    worker = await startService(modelWorker, env);
    await stage.upstream.createTopic(`${stage.prefix}.mine.reply`, 4);
    [predictions, replies, deadLetters, heartbeats] = await Promise.all([
      stage.upstream.listen(stage.topic('predictions')),
      stage.upstream.listen(`${stage.prefix}.mine.reply`),
      stage.upstream.listen(stage.topic('deadLetters')),
      stage.upstream.listen(stage.topic('heartbeats')),
    ]);
  });
  afterAll(async () => {
    await worker.stop();
    deployer.close();
    await stage.close();
  });

  const beats = (): Heartbeat[] => heartbeats.map(({ value }) => heartbeat.parse(JSON.parse(value)));
  const liveWith = (endpoint: string, version: string): number[] | undefined =>
    beats()
      .at(-1)
      ?.live?.find((entry) => entry.endpoint === endpoint && entry.version === version)?.partitions;
  const isLive = (endpoint: string, version: string): Promise<unknown> =>
    eventually(() => liveWith(endpoint, version)?.length === 8, { what: `${endpoint}/${version} to be live` });
  const rowsOf = (id: string): Prediction[] =>
    predictions.map(({ value }) => prediction.parse(JSON.parse(value))).filter((found) => found.id === id);
  const replyOf = (id: string): Heard | undefined =>
    replies.find(({ headers }) => headers['kafka_correlationId'] === id);

  async function serve(endpoint: string, version: string, more: Partial<VersionRecord> = {}): Promise<void> {
    await stage.endpoint(endpoint);
    const name = version as 'v1' | 'v2' | 'v3';
    const artifact = more.artifact ?? modelPath(name);
    await stage.upstream.createTopic(stage.topic('work', { endpoint, version }), 8);
    await stage.version(endpoint, version, { artifact, sha256: more.sha256 ?? hash(artifact), ...more });
  }

  async function work(
    endpoint: string,
    id: string,
    body: unknown,
    decision: Partial<Decision> = {},
    headers: IHeaders = {},
  ): Promise<void> {
    const made = { ...decided, ...decision };
    await stage.upstream.produce(stage.topic('work', { endpoint, version: made.version }), [
      {
        key: id,
        value: body,
        headers: {
          ce_id: id,
          'understudy-decision': JSON.stringify(made),
          'understudy-requested-at': String(Date.now()),
          kafka_replyTopic: `${stage.prefix}.mine.reply`,
          kafka_replyPartition: Buffer.from([0, 0, 0, 1]),
          kafka_correlationId: id,
          ...headers,
        },
      },
    ]);
  }

  it('announces versions that were there before it, and those that come while it runs', async () => {
    await stage.upstream.createTopic(stage.topic('work', { endpoint: 'early', version: 'v1' }), 8);
    await isLive('early', 'v1');
    await eventually(() => worker.app.get(Readiness).ready);
    await serve('late', 'v2');
    await isLive('late', 'v2');
  });

  it('answers V1 and V2 in the shape of the question, and logs both', async () => {
    await serve('both', 'v2', { output: 'label' });
    await isLive('both', 'v2');
    await work('both', 'b1', v1Question(row, digit(1)), {}, { 'understudy-routing-key': 'me' });
    await work('both', 'b2', v2Question(row));
    const [first, second] = await eventually(() => {
      const both = [replyOf('b1'), replyOf('b2')];
      return both[0] && both[1] ? ([both[0], both[1]] as const) : undefined;
    });
    const v1 = JSON.parse(first.value) as { predictions: unknown[] };
    expect(v1.predictions).toHaveLength(2);
    expect(first).toMatchObject({ partition: 1, headers: { 'understudy-version': 'v2' } });
    expect(first.headers).toHaveProperty('kafka_nest-is-disposed');
    expect(first.headers).not.toHaveProperty('kafka_nest-err');
    const v2 = JSON.parse(second.value) as { id: string; outputs: { name: string; data: number[] }[] };
    expect(v2).toMatchObject({ model_name: 'both', model_version: 'v2', id: 'b2' });
    expect(v2.outputs.map(({ name }) => name)).toEqual(['label', 'probabilities']);
    expect(v2.outputs[0]!.data[0]).toBe(v1.predictions[0]);

    await eventually(() => rowsOf('b1').length > 0 && rowsOf('b2').length > 0);
    expect(rowsOf('b1')).toMatchObject([
      {
        slot: 'primary',
        status: 'ok',
        routingKey: 'me',
        source: 'kafka',
        request: v1Question(row, digit(1)),
        response: v1,
      },
    ]);
    expect(rowsOf('b2')).toMatchObject([{ status: 'ok', response: v2, propensity: 1, epoch: 1 }]);
    expect(predictions.find(({ key }) => key === 'b1')).toBeDefined();
  });

  it('fetches what was uploaded, and needs the deployer no more for it', async () => {
    const sha256 = hash(modelPath('v2'));
    uploaded.set(`/api/v1/artifacts/${sha256}`, readFileSync(modelPath('v2')));
    await serve('fetched', 'v2', { artifact: `sha256:${sha256}/v2.onnx`, sha256 });
    await isLive('fetched', 'v2');
    uploaded.clear();
    await serve('again', 'v2', { artifact: `sha256:${sha256}/v2.onnx`, sha256, output: 'label' });
    await isLive('again', 'v2');
    await work('again', 'f1', v1Question(digit(1)));
    expect((await eventually(() => replyOf('f1'))).value).toContain('predictions');
  });

  it('answers a crowd, everyone with what is theirs', async () => {
    await serve('crowd', 'v2', { output: 'label' });
    await isLive('crowd', 'v2');
    const ids = Array.from({ length: 300 }, (_, index) => `crowd-${index}`);
    await Promise.all(ids.map((id, index) => work('crowd', id, v1Question(digit(index)))));
    await eventually(() => ids.every((id) => replyOf(id) && rowsOf(id).length > 0), { timeoutMs: 30_000 });
    const right = ids.filter((id, index) => replyOf(id)!.value === `{"predictions":[${digit(index).label}]}`);
    expect(right.length).toBeGreaterThan(0.9 * ids.length);
  });

  it('writes an error row and makes a second attempt where the model throws; the fallback’s error goes to the caller', async () => {
    const unlucky = userModule('throws', `export function predict() { throw new Error('out of luck'); }`);
    await serve('throws', 'v2', { ...unlucky, warmup: false });
    const attempts = await stage.upstream.listen(stage.topic('requests', { endpoint: 'throws' }));
    await isLive('throws', 'v2');
    await work('throws', 't1', { instances: [1] }, {}, { 'understudy-deadline': minutesFromNow(1) });
    const [attempt] = await stage.hears(attempts, 1);
    expect(attempt!.headers).toMatchObject({
      ce_id: 't1',
      'understudy-attempt': 'fallback',
      kafka_correlationId: 't1',
    });
    expect(attempt!.headers).not.toHaveProperty('understudy-decision');
    expect(attempt!.value).toBe('{"instances":[1]}');
    await eventually(() => rowsOf('t1').length > 0);
    expect(rowsOf('t1')).toMatchObject([{ slot: 'primary', status: 'error', error: 'out of luck', response: null }]);
    expect(replyOf('t1')).toBeUndefined();

    await work('throws', 't2', { instances: [1] }, { role: 'fallback' });
    const reply = await eventually(() => replyOf('t2'));
    expect(reply.value).toBe('{"error":"out of luck"}');
    expect(reply.headers).toMatchObject({ 'understudy-status': '500', 'kafka_nest-err': 'out of luck' });
    await eventually(() => rowsOf('t2').length > 0);
    expect(rowsOf('t2')).toMatchObject([{ slot: 'fallback', propensity: null }]);
  });

  it('says 422 to a request that the model rejects', async () => {
    await serve('rejects', 'v1');
    await isLive('rejects', 'v1');
    await work('rejects', 'x1', { instances: [[1, 2, 3]] }, { version: 'v1' });
    const reply = await eventually(() => replyOf('x1'));
    expect(reply.headers['understudy-status']).toBe('422');
    expect(reply.value).toContain('input \\"pixels\\": expected shape [N, 64], got [1, 3]');
    await eventually(() => rowsOf('x1').length > 0);
    expect(rowsOf('x1')).toMatchObject([{ status: 'error', request: { instances: [[1, 2, 3]] } }]);
  });

  it('writes both rows where it stands in for a version without a worker', async () => {
    await serve('standin', 'v1');
    await isLive('standin', 'v1');
    await work('standin', 's1', v1Question(row), { version: 'v1', role: 'fallback', assigned: 'v2', propensity: 0.1 });
    await eventually(() => rowsOf('s1').length === 2 && replyOf('s1'));
    expect(rowsOf('s1').sort((a, b) => b.slot.localeCompare(a.slot))).toMatchObject([
      { slot: 'primary', version: 'v2', status: 'error', propensity: 0.1 },
      { slot: 'fallback', version: 'v1', status: 'ok', propensity: null },
    ]);
  });

  it('does not run what has expired, and lets shadows answer nobody', async () => {
    await serve('quiet', 'v1');
    await isLive('quiet', 'v1');
    await work(
      'quiet',
      'q1',
      v1Question(row),
      { version: 'v1' },
      { 'understudy-deadline': '1000', 'understudy-source': 'http' },
    );
    await work('quiet', 'q2', v1Question(row), { version: 'v1', role: 'shadow' });
    await eventually(() => rowsOf('q1').length > 0 && rowsOf('q2').length > 0);
    expect(rowsOf('q1')).toMatchObject([{ status: 'expired', response: null, modelMs: null }]);
    expect(rowsOf('q2')).toMatchObject([{ slot: 'shadow:v1', status: 'ok' }]);
    expect(replyOf('q1')).toBeUndefined();
    expect(replyOf('q2')).toBeUndefined();
  });

  it('says why a version cannot be loaded, and passes its work on', async () => {
    const corrupt = join(folder, 'corrupt.onnx');
    writeFileSync(corrupt, 'no model at all');
    const attempts = stage.upstream;
    await serve('corrupt', 'v2', { artifact: corrupt });
    await serve('corrupt', 'v3', { sha256: '0'.repeat(64) });
    await serve('corrupt', 'v4', userModule('cold', `export function predict() { throw new Error('no such table'); }`));
    const missing = `sha256:${'0'.repeat(64)}/v5.onnx`;
    await serve('corrupt', 'v5', { artifact: missing, sha256: '0'.repeat(64) });
    const failed = await eventually(() => {
      const found = beats()
        .at(-1)
        ?.failed?.filter(({ endpoint }) => endpoint === 'corrupt');
      return found?.length === 4 ? found : undefined;
    });
    const errorOf = (version: string) => failed.find((entry) => entry.version === version)?.error;
    expect(errorOf('v3')).toMatch(/expected SHA-256 0{64}, found/);
    expect(errorOf('v4')).toMatch(/cannot answer a request of zeros: no such table/);
    expect(errorOf('v5')).toMatch(/has no artifact sha256:0{64}/);
    expect(['v2', 'v3', 'v4', 'v5'].map((version) => liveWith('corrupt', version))).toEqual(Array(4).fill(undefined));
    const heard = await attempts.listen(stage.topic('requests', { endpoint: 'corrupt' }));
    await work('corrupt', 'c1', v1Question(row));
    await stage.hears(heard, 1);
    await eventually(() => rowsOf('c1').length > 0);
    expect(rowsOf('c1')).toMatchObject([
      { status: 'error', error: expect.stringContaining('could not be loaded') as string },
    ]);
  });

  it('puts poison aside and goes on; a reply topic that does not exist harms nobody', async () => {
    await serve('poison', 'v1');
    await isLive('poison', 'v1');
    const topic = stage.topic('work', { endpoint: 'poison', version: 'v1' });
    await stage.upstream.produce(topic, [{ key: 'p', value: 'no decision' }]);
    await work('poison', 'p0', '{"broken', { version: 'v1' });
    await work('poison', 'p1', v1Question(row), { version: 'v1' }, { kafka_replyTopic: 'nobody.reply' });
    await work('poison', 'p2', v1Question(row), { version: 'v1' });
    await eventually(() => replyOf('p2') && rowsOf('p1').length > 0 && rowsOf('p2').length > 0);
    await eventually(
      () => deadLetters.filter(({ headers }) => headers['kafka_dlt-original-topic'] === topic).length === 2,
    );
    const letter = deadLetters.find(({ value }) => value === '{"broken');
    expect(letter?.headers).toMatchObject({ 'understudy-service': 'model-worker', ce_id: 'p0' });
    expect(letter?.headers['understudy-reason']).toMatch(/^not JSON/);
  });

  it('lets go of a version that is gone', async () => {
    await serve('gone', 'v1');
    await isLive('gone', 'v1');
    await stage.upstream.produce(stage.topic('versions'), [{ key: 'gone/v1', value: null }]);
    await eventually(() => liveWith('gone', 'v1') === undefined);
  });

  it('runs only the versions of its pool', async () => {
    await serve('pooled', 'v1', { pool: 'gpu' });
    await serve('pooled', 'v2');
    await isLive('pooled', 'v2');
    expect(liveWith('pooled', 'v1')).toBeUndefined();
  });

  it('finishes what is in hand when it stops, says that it leaves, and a second worker takes over', async () => {
    const slow = userModule(
      'slow',
      `export async function predict(inputs) { await new Promise((resolve) => setTimeout(resolve, 300)); return inputs; }`,
    );
    await serve('shared', 'v2', slow);
    await isLive('shared', 'v2');
    const second = await startService(modelWorker, env);
    const { instance } = await eventually(() => beats().find((beat) => beat.live?.some(({ endpoint, partitions }) => endpoint === 'shared' && partitions.length === 4))); // prettier-ignore
    expect(instance).toMatch(/^model-worker-/);
    const ids = ['d1', 'd2', 'd3'];
    await Promise.all(ids.map((id) => work('shared', id, { instances: [4] })));
    await second.stop();
    await eventually(() => ids.every((id) => replyOf(id) && rowsOf(id).length > 0));
    await isLive('shared', 'v2');
    expect(beats().filter(({ leaving }) => leaving)).toHaveLength(1);
  });
});
