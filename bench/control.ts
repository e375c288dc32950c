import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { topicName, type Evidence } from '#contracts';
import { http, type Stack } from '#testing';
import type { Benchmark, Context } from './benchmark.js';
import { bareKafka } from './harness/bare-kafka.js';
import { summarise } from './harness/latencies.js';
import { listenToPlans, type PlanListener } from './harness/plan-listener.js';
import { peakResident } from './harness/processes.js';
import { digitsEndpoint, withUnderstudy } from './harness/understudy.js';

const strategy = { canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1h', margin: 0.05 } };
/** Between two snapshots of each endpoint's evidence, in ms: as often as feedback says something new. */
const evidenceEveryMs = 1_000;

/**
 * One deployer with many rollouts in progress, each with new evidence every second: how long one look at all of them takes, what memory that
 * needs, and how soon a reader of the plans has what an operator asked for meanwhile.
 */
export const control: Benchmark = {
  name: 'control',
  title: 'Many rollouts on one deployer, and an operator’s verbs meanwhile',
  run: (context) =>
    withUnderstudy(context, ['deployer'], async (stack) => {
      const endpoints = Math.max(10, Math.round(500 * context.scale));
      const verbs = Math.max(20, Math.round(200 * context.scale));
      const plans = await listenToPlans(context.brokers, topicName(stack.prefix, 'plans'));
      const stop = new AbortController();
      try {
        await begin(context, stack, endpoints);
        const telling = tellEvidence(context, stack, endpoints, stop.signal);
        await sleep(3_000);
        const before = await rounds(stack);
        const seconds = await steer(stack, plans, verbs);
        await sleep(Math.max(0, context.measureMs));
        const after = await rounds(stack);
        stop.abort();
        await telling;
        return report(context, { stack, endpoints, seconds, before, after });
      } finally {
        stop.abort();
        await plans.stop();
      }
    }),
};

const nameOf = (n: number): string => `bench-${n}`;

/**
 * The first endpoint is applied; the others are copies of its rows: they differ in nothing that is measured, and need no topics of their own.
 */
async function begin(context: Context, stack: Stack, endpoints: number): Promise<void> {
  const name = nameOf(1);
  const put = await stack.control.put(name, digitsEndpoint(name, strategy, { partitions: 1 }));
  if (put.status >= 300) throw new Error(`PUT ${name}: ${put.status} ${JSON.stringify(put.body)}`);
  const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 1 });
  try {
    const others = `FROM generate_series(2, ${endpoints}) AS n`;
    await pool.query(`
      INSERT INTO endpoints (name, manifest, revision, epoch, rollout)
        SELECT 'bench-' || n, jsonb_set(e.manifest, '{metadata,name}', to_jsonb('bench-' || n)), e.revision, e.epoch, e.rollout
        ${others} JOIN endpoints e ON e.name = '${name}';
      INSERT INTO deployments (endpoint, rollout, revision, strategy, spec, state, status, verdict)
        SELECT 'bench-' || n, d.rollout, d.revision, d.strategy, d.spec, d.state, d.status, d.verdict
        ${others} JOIN deployments d ON d.endpoint = '${name}';
      INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan, reason, published_at)
        SELECT 'bench-' || n, p.epoch, p.revision, p.rollout, p.step, jsonb_set(p.plan, '{endpoint}', to_jsonb('bench-' || n)), p.reason, now()
        ${others} JOIN traffic_plans p ON p.endpoint = '${name}'`);
  } finally {
    await pool.end();
  }
  context.say(`${endpoints} rollouts begun`);
}

/** What feedback would say of every endpoint, again and again, until the signal. */
async function tellEvidence(context: Context, stack: Stack, endpoints: number, stop: AbortSignal): Promise<void> {
  const producer = bareKafka(context.brokers).producer();
  await producer.connect();
  for (let seq = 1; !stop.aborted; seq += 1) {
    const messages = Array.from({ length: endpoints }, (_, n) => {
      const value: Evidence = evidenceOf(nameOf(n + 1), seq);
      return { key: value.endpoint, value: JSON.stringify(value) };
    });
    await producer.send({ topic: topicName(stack.prefix, 'evidence'), messages });
    await sleep(evidenceEveryMs, undefined, { signal: stop }).catch(() => undefined);
  }
  await producer.disconnect();
}

function evidenceOf(endpoint: string, seq: number): Evidence {
  const arm = (version: string, n: number) => {
    const right = Math.round(n * 0.9);
    return { version, requests: n, errors: 0, units: n, errorSum: 0, scored: n, sum: right, sumSquares: right };
  };
  const arms = [arm('v2', seq * 10), arm('v1', seq * 90)];
  const steps = [{ step: 0, from: 0, weights: { v2: 0.1, v1: 0.9 }, arms }];
  return { endpoint, rollout: 1, seq, at: Date.now(), steps, pairs: [], lagSeconds: 0 };
}

/** From the moment a verb is sent to the moment a reader of the plans has what it asked for, in s. */
async function steer(stack: Stack, plans: PlanListener, count: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    const pin = { when: { routingKey: `consumer-${n}` }, version: 'v2', reason: 'bench' };
    const answer = await stack.control.steer(nameOf(1), 'pin', pin);
    if (answer.status !== 200) throw new Error(`pin was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    seconds.push(((await plans.heard(nameOf(1), Number(answer.body['epoch']))) - began) / 1_000);
    // Somewhere between two ticks of the leader.
    await sleep((n * 37) % 100);
  }
  return seconds;
}

interface Rounds {
  readonly count: number;
  readonly seconds: number;
  /** How many took at most so long, in s. */
  readonly within: ReadonlyMap<number, number>;
}

/** Rounds since the deployer's start, as its metrics have them. */
async function rounds(stack: Stack): Promise<Rounds> {
  const { body } = await http<string>(`${stack.deployerUrl}/metrics`);
  const lines = [
    ...body.matchAll(/^understudy_deployer_round_seconds_(\w+)(?:\{[^}]*le="([^"]+)"[^}]*\})?(?:\{[^}]*\})? (\S+)$/gm),
  ];
  const within = new Map<number, number>();
  let [count, seconds] = [0, 0];
  for (const [, part, le = '', value] of lines) {
    if (part === 'bucket') within.set(le === '+Inf' ? Infinity : Number(le), Number(value));
    if (part === 'count') count = Number(value);
    if (part === 'sum') seconds = Number(value);
  }
  return { count, seconds, within };
}

interface Measured {
  readonly stack: Stack;
  readonly endpoints: number;
  readonly seconds: readonly number[];
  readonly before: Rounds;
  readonly after: Rounds;
}

function report(context: Context, { stack, endpoints, seconds, before, after }: Measured) {
  const { p50, p95, max } = summarise([...seconds].map((one) => one * 1_000));
  const count = after.count - before.count;
  const slowest = [...after.within].find(([le, n]) => n - (before.within.get(le) ?? 0) === count)?.[0] ?? Infinity;
  const mean = (after.seconds - before.seconds) / count;
  const [service] = stack.services();
  const bytes = service === undefined ? null : peakResident(service.pid);
  const verbDetail = `${seconds.length} verbs; p50 ${p50.toFixed(0)}, greatest ${max.toFixed(0)} ms`;
  const roundDetail = `no whole round of ${count} took longer, mean ${(mean * 1_000).toFixed(0)} ms; ${endpoints} rollouts`;
  const memory =
    bytes === null
      ? []
      : [{ name: 'memory', value: bytes / 1024 ** 2, unit: 'MB', detail: 'the most resident in the deployer' }];
  context.say(`verb to reader p95 ${p95.toFixed(0)} ms, ${verbDetail}; rounds ≤ ${slowest} s, ${roundDetail}`);
  return {
    figures: [
      { name: 'verb p95', value: p95, unit: 'ms', detail: verbDetail },
      { name: 'round', value: slowest, unit: 's', detail: roundDetail },
      ...memory,
    ],
    raw: { seconds, before, after },
  };
}
