import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestPrediction, type Decision, type VersionRecord } from '#contracts';
import { KafkaBatchServer } from '#kafka';
import { Registry, startService, type RunningService } from '#platform';
import { digit, eventually, modelPath, Stage, v2Question, type Heard } from '#testing';
import { modelWorker } from '../model-worker.service.js';

describe('a worker with a backtest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-backtest-'));
  const [held, entered] = [join(folder, 'held'), join(folder, 'entered')];
  const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  let stage: Stage;
  let worker: RunningService;
  let answers: Heard[];
  let predictions: Heard[];

  beforeAll(async () => {
    stage = await Stage.open();
    for (const [endpoint, version] of [['live', 'v1'], ['past', 'v2']] as const) {
      await stage.endpoint(endpoint);
      await stage.upstream.createTopic(stage.topic('work', { endpoint, version }), 2);
    } // prettier-ignore
    await stage.upstream.createTopic(stage.topic('backtest', { endpoint: 'past', version: 'v2' }), 2);
    // A live model that answers only once nobody holds it.
    const artifact = join(folder, 'live.mjs');
    const signature = `[{ name: 'x', datatype: 'FP32', shape: [null] }]`;
    writeFileSync(
      artifact,
      `import { existsSync, writeFileSync } from 'node:fs';
       export const inputs = ${signature}, outputs = ${signature};
       export async function predict(inputs) {
         writeFileSync(${JSON.stringify(entered)}, '');
         while (existsSync(${JSON.stringify(held)})) await new Promise((resolve) => setTimeout(resolve, 10));
         return inputs;
       }`,
    );
    await stage.version('live', 'v1', { runtime: 'module', artifact, sha256: hash(artifact), warmup: false });
    await version({});
    answers = await stage.upstream.listen(stage.topic('backtestPredictions'));
    predictions = await stage.upstream.listen(stage.topic('predictions'));
    worker = await startService(modelWorker, stage.env());
  });
  afterAll(async () => {
    await worker.stop();
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const version = (more: Partial<VersionRecord>): Promise<void> =>
    stage.version('past', 'v2', { artifact: modelPath('v2'), sha256: hash(modelPath('v2')), ...more });

  const ask = (backtest: number, prefix: string, count: number): Promise<unknown> =>
    stage.upstream.produce(
      stage.topic('backtest', { endpoint: 'past', version: 'v2' }),
      Array.from({ length: count }, (_, n) => ({
        key: `${prefix}${n}`,
        value: v2Question(digit(n)),
        headers: { ce_id: `${prefix}${n}`, 'understudy-backtest': String(backtest), 'understudy-requested-at': '1764000000123' },
      })),
    ); // prettier-ignore

  const read = async (): Promise<number> => {
    const metric = worker.app.get(Registry).getSingleMetric('understudy_records_read_total');
    const { values } = (await metric!.get()) as { values: { labels: { topic?: string }; value: number }[] };
    return values.find(({ labels }) => labels.topic === 'backtest')?.value ?? 0;
  };

  const answered = () => answers.map(({ value }) => backtestPrediction.parse(JSON.parse(value)));

  it('answers nothing of the past while a live request waits for its model, and all of it afterwards', async () => {
    writeFileSync(held, '');
    const decision: Decision = { version: 'v1', role: 'primary', revision: 1, epoch: 1, rollout: 1, step: 0, propensity: 1, pinned: false, fallback: 'v1' };
    await stage.upstream.produce(stage.topic('work', { endpoint: 'live', version: 'v1' }), [
      { key: 'l1', value: { instances: [1] }, headers: { ce_id: 'l1', 'understudy-decision': JSON.stringify(decision) } },
    ]);
    await eventually(() => existsSync(entered), { what: 'the live model at work' });
    await version({ backtest: 7 });
    await ask(7, 'a', 300);
    await eventually(async () => (await read()) >= 300, { what: 'the backtest read' });
    expect(answered()).toEqual([]);
    rmSync(held);
    await eventually(() => answered().length >= 300, { what: 'all answers' });
    expect(new Set(answered().map(({ id }) => id)).size).toBe(300);
    expect(answered()[0]).toMatchObject({ backtest: 7, endpoint: 'past', version: 'v2', requestedAt: 1_764_000_000_123, status: 'ok', error: null });
    // Of the past nothing stands in the log of what is live.
    expect(predictions.map(({ key }) => key)).toEqual(['l1']);
  }); // prettier-ignore

  it('does not run what a backtest has left that is no longer at work, and says of one request that it does not fit', async () => {
    await ask(6, 'left', 20);
    await stage.upstream.produce(stage.topic('backtest', { endpoint: 'past', version: 'v2' }), [
      { key: 'odd', value: { instances: ['x'] }, headers: { ce_id: 'odd', 'understudy-backtest': '7', 'understudy-requested-at': '1' } },
    ]);
    await ask(7, 'b', 20);
    await eventually(() => answered().length >= 321, { what: 'the other answers' });
    expect(answered().filter(({ id }) => id.startsWith('left'))).toEqual([]);
    expect(answered().find(({ id }) => id === 'odd')).toMatchObject({ status: 'error', response: null });
  }); // prettier-ignore

  it('reads no more once the backtest is over', async () => {
    await version({});
    const server = worker.app.get(KafkaBatchServer);
    await eventually(() => server.followedOf('backtest').length === 0, { what: 'the topic let go' });
  });
});
