import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { topicName } from '#contracts';
import { eventually, http, type Stack } from '#testing';
import type { Benchmark, Context } from './benchmark.js';
import { bareKafka } from './harness/bare-kafka.js';
import { cpuMicrosEach, describeCpu, sampleCpu } from './harness/cpu.js';
import { benchPlan as plan, prediction } from './harness/predictions.js';
import { digitsEndpoint, pidsOf, withUnderstudy } from './harness/understudy.js';
import { watchCount } from './harness/watch-count.js';

const { endpoint } = plan;

/** How fast a backtest goes, beside the worker's own pace on a full work topic, each with the recorder behind it. */
export const backtest: Benchmark = {
  name: 'backtest',
  title: 'Requests/s of a backtest',
  run: (context) =>
    withUnderstudy(context, ['deployer', 'model-worker', 'recorder'], async (stack) => {
      const count = Math.round(60_000 * context.scale);
      // Without a router it never becomes ready: its versions are all that is needed.
      await stack.control.put(endpoint, digitsEndpoint(endpoint, { single: { version: 'v1' } }));
      await workersOf(stack, 'v2');
      const own = await workThrough(context, stack, count);
      context.say(`${own.toFixed(0)} requests/s by the worker on a full work topic`);

      await fillLog(stack, count);
      const processes = { ...pidsOf(stack), ...context.shared };
      const before = sampleCpu(processes);
      const url = `${stack.deployerUrl}/api/v1/endpoints/${endpoint}/backtests`;
      const began = performance.now();
      const { body } = await http<{ id: number }>(url, { method: 'POST', body: { version: 'v2', from: '2026-01-01T00:00:00Z' } }); // prettier-ignore
      const sql = 'SELECT count(*)::int AS n FROM backtest_predictions';
      const filling = await watchCount(stack.pool, sql, [], count);
      const cpuMicros = cpuMicrosEach(before, sampleCpu(processes), count);
      const view = await eventually(
        async () => {
          const answer = await http<{ status: string; verdict: { outcome: string } | null }>(`${url}/${body.id}`);
          return answer.body.status === 'running' ? undefined : answer.body;
        },
        { timeoutMs: 60_000, what: 'the verdict' },
      );
      const seconds = (performance.now() - began) / 1_000;
      context.say(`${filling.perSecond.toFixed(0)} requests/s, ${view.verdict?.outcome} after ${seconds.toFixed(1)} s`);
      return {
        figures: [
          {
            name: 'requests',
            value: filling.perSecond,
            unit: 'requests/s',
            detail: `a backtest over ${count} logged requests; CPU µs a request: ${describeCpu(cpuMicros)}`,
          },
          { name: 'worker', value: own, unit: 'requests/s', detail: 'one worker on a full work topic' },
          { name: 'verdict', value: seconds, unit: 's', detail: 'from the start to the verdict on all of them' },
        ],
        raw: { filling, cpuMicros },
      };
    }),
};

const workersOf = (stack: Stack, version: string): Promise<unknown> =>
  eventually(
    async () => (await stack.control.view(endpoint)).versions.some((one) => one.version === version && one.workers > 0),
    { timeoutMs: 60_000, what: `a worker with ${version}` },
  );

/** The pace at which the worker makes predictions of a work topic that is full when it starts. */
async function workThrough(context: Context, stack: Stack, count: number): Promise<number> {
  const worker = stack.service('model-worker');
  await worker.stop();
  const kafka = bareKafka(context.brokers);
  const [producer, admin] = [kafka.producer({ allowAutoTopicCreation: false }), kafka.admin()];
  await Promise.all([producer.connect(), admin.connect()]);
  try {
    const topic = topicName(stack.prefix, 'work', { endpoint, version: 'v2' });
    const decision = { version: 'v2', role: 'primary', ...plan, propensity: 1, pinned: true, fallback: 'v1' };
    const at = Date.now();
    for (let from = 0; from < count; from += 1_000) {
      const messages = Array.from({ length: Math.min(1_000, count - from) }, (_, n) => {
        const id = `own-${from + n}`;
        const value = JSON.stringify(prediction(plan, { id, version: 'v2', at }).request);
        const headers = { ce_id: id, 'understudy-decision': JSON.stringify(decision), 'understudy-requested-at': String(at) };
        return { key: id, value, headers };
      }); // prettier-ignore
      await producer.send({ topic, messages, acks: -1 });
    }
    const made = async (): Promise<number> => {
      const offsets = await admin.fetchTopicOffsets(topicName(stack.prefix, 'predictions'));
      return offsets.reduce((sum, { high }) => sum + Number(high), 0);
    };
    await worker.start();
    let first: { at: number; n: number } | undefined;
    for (;;) {
      const n = await made();
      if (n > 0) first ??= { at: performance.now(), n };
      if (first !== undefined && n >= count) return (n - first.n) / ((performance.now() - first.at) / 1_000);
      await sleep(100);
    }
  } finally {
    await Promise.all([producer.disconnect(), admin.disconnect()]);
  }
}

/** Requests of the last day that v1 answered, with their truth, and the indexes as autovacuum leaves them. */
async function fillLog(stack: Stack, count: number): Promise<void> {
  const samples = Array.from({ length: 500 }, (_, n) => prediction(plan, { id: `s${n}`, version: 'v1', at: 0 }));
  await stack.pool.query(
    `WITH samples AS (SELECT ordinality - 1 AS n, request::jsonb, response::jsonb FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS s (request, response)),
     asked AS (
       SELECT 'p' || i AS id, now() - (1 - i::float8 / $4) * interval '20 hours' AS at, request, response
       FROM generate_series(0, $4 - 1) AS i JOIN samples ON samples.n = i % 500),
     truths AS (INSERT INTO ground_truth (endpoint, request_id, truth, at) SELECT $1, id, response #> '{outputs,0,data,0}', at FROM asked)
     INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step,
                              propensity, pinned, source, request, response, status)
     SELECT $1, id, 'primary', 'v1', 'primary', at, at, 1, 1, 1, 0, 1, false, 'http', request, response, 'ok' FROM asked`,
    [endpoint, samples.map((one) => JSON.stringify(one.request)), samples.map((one) => JSON.stringify(one.response)), count],
  );
  await stack.pool.query('VACUUM (ANALYZE) predictions');
  await stack.pool.query('VACUUM (ANALYZE) ground_truth');
} // prettier-ignore
