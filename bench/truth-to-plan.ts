import { performance } from 'node:perf_hooks';
import { topicName } from '#contracts';
import type { Stack } from '#testing';
import type { Benchmark, Context } from './benchmark.js';
import { summarise } from './harness/latencies.js';
import { listenToPlans, type PlanListener } from './harness/plan-listener.js';
import { prediction, produce } from './harness/predictions.js';
import { digitsEndpoint, withUnderstudy } from './harness/understudy.js';

const steps = [20, 40, 60, 80];
const minSamples = 20;
const strategy = {
  canary: { champion: 'v1', candidate: 'v2', steps, interval: '100ms', minSamples, margin: 0.9, assignment: 'request' },
};

type Door = 'http' | 'kafka' | 'sql';
const doors: readonly Door[] = ['http', 'kafka', 'sql'];

interface Sample {
  readonly door: Door;
  readonly seconds: number;
}

/**
 * Canaries that lack nothing but one truth: from the moment it is sent to the moment a reader of the plans has the next
 * step, or the promotion. Each step of each endpoint is a sample; the doors take turns.
 */
export const truthToPlan: Benchmark = {
  name: 'truth-to-plan',
  title: 'Time from a truth to the plan that it moved',
  run: (context) =>
    withUnderstudy(context, ['ingress', 'deployer', 'recorder', 'feedback'], async (stack) => {
      const plans = await listenToPlans(context.brokers, topicName(stack.prefix, 'plans'));
      const samples: Sample[] = [];
      try {
        const endpoints = Math.max(2, Math.round(8 * context.scale));
        for (let n = 1; n <= endpoints; n += 1) {
          samples.push(...(await climb({ context, stack, plans, endpoint: `bench-${n}`, from: samples.length })));
        }
      } finally {
        await plans.stop();
      }
      const { p50, p95, max } = summarise(samples.map(({ seconds }) => seconds));
      const byDoor = doors.map((door) => {
        const seconds = samples.filter((sample) => sample.door === door).map((sample) => sample.seconds);
        return `${door} p50 ${summarise(seconds).p50.toFixed(2)}`;
      });
      const detail = `${samples.length} plans; ${byDoor.join(', ')} s; greatest ${max.toFixed(2)} s`;
      context.say(`p50 ${p50.toFixed(2)} s, p95 ${p95.toFixed(2)} s; ${detail}`);
      return {
        figures: [
          { name: 'p50', value: p50, unit: 's', detail: 'from a truth to the plan that it moved' },
          { name: 'p95', value: p95, unit: 's', detail },
        ],
        raw: samples,
      };
    }),
};

interface Climb {
  readonly context: Context;
  readonly stack: Stack;
  readonly plans: PlanListener;
  readonly endpoint: string;
  /** How many samples there are already. */
  readonly from: number;
}

/** One canary from its first step to its promotion. */
async function climb({ context, stack, plans, endpoint, from }: Climb): Promise<Sample[]> {
  // No worker, so it never becomes ready; its predictions are written as a worker would.
  const put = await stack.control.put(endpoint, digitsEndpoint(endpoint, strategy, { partitions: 1 }));
  if (put.status >= 300) throw new Error(`PUT ${endpoint}: ${put.status} ${JSON.stringify(put.body)}`);
  const samples: Sample[] = [];
  for (const [index, percent] of steps.entries()) {
    const { plan } = await stack.control.awaitView(endpoint, (view) => view.plan.step === index, `step ${index}`);
    const at = Date.now();
    // The sample ratio must hold exactly; the candidate's truths alone are short by one.
    const rows = Array.from({ length: 100 }, (_, n) => ({
      id: `${endpoint}-${index}-${n}`,
      version: n < percent ? 'v2' : 'v1',
      at,
    }));
    const predictions = rows.map((row) => prediction(plan, row));
    await produce(context.brokers, topicName(stack.prefix, 'predictions'), predictions);
    const truths = predictions.map(({ id, response }) => ({ endpoint, id, truth: labelOf(response) }));
    const [last, ...others] = [...truths.slice(0, minSamples), ...truths.slice(percent)];
    if (last === undefined) throw new Error('unreachable: there are truths');
    await produce(context.brokers, topicName(stack.prefix, 'groundTruth'), others);
    await stack.control.awaitVerdict(
      endpoint,
      ({ outcome, checks }) =>
        outcome === 'hold' &&
        checks.filter((check) => check.outcome === 'wait').every(({ name }) => name === 'min-samples') &&
        checks.some((check) => check.name === 'min-samples' && check.value === minSamples - 1),
      `step ${index} of ${endpoint} that waits for one truth`,
    );

    const door = doors[(from + index) % doors.length] ?? 'http';
    const sent = performance.now();
    await give(stack, door, last);
    samples.push({ door, seconds: ((await plans.heard(endpoint, plan.epoch + 1)) - sent) / 1000 });
  }
  return samples;
}

interface Truth {
  readonly endpoint: string;
  readonly id: string;
  readonly truth: number;
}

async function give(stack: Stack, door: Door, truth: Truth): Promise<void> {
  if (door === 'http') {
    const answer = await stack.serving.truth(truth.endpoint, [{ id: truth.id, truth: truth.truth }]);
    if (answer.status !== 202) throw new Error(`the truth was answered ${answer.status}`);
  } else if (door === 'kafka') {
    await stack.upstream.truth([truth]);
  } else {
    const sql = 'INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ($1, $2, to_jsonb($3::int))';
    await stack.pool.query(sql, [truth.endpoint, truth.id, truth.truth]);
  }
}

function labelOf(response: unknown): number {
  const { outputs } = response as { outputs: { data: number[] }[] };
  return outputs[0]?.data[0] ?? -1;
}
