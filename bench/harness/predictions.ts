import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { slotOf, type Prediction, type TrafficPlan } from '#contracts';
import { bareKafka } from './bare-kafka.js';
import { digitRows } from './understudy.js';

/** What a prediction of the log is about, beside what the plan says. */
export interface PredictionOf {
  readonly id: string;
  readonly version: string;
  readonly at: number;
}

/** Where a prediction stands: the plan under which it was made. */
export type PlanOf = Pick<TrafficPlan, 'endpoint' | 'revision' | 'epoch' | 'rollout' | 'step'>;

/** Where the predictions of a log stand that no deployer made plans for. */
export const benchPlan: PlanOf = { endpoint: 'bench', revision: 1, epoch: 1, rollout: 1, step: 0 };

const digits = JSON.parse(readFileSync(digitRows, 'utf8')) as { rows: number[][]; labels: number[] };

/** A row of the log as a worker would write it: a digit asked over HTTP and answered with its right label. */
export function prediction(
  { endpoint, revision, epoch, rollout, step }: PlanOf,
  { id, version, at }: PredictionOf,
): Prediction {
  const row = Math.abs(hash(id)) % digits.rows.length;
  const data = digits.rows[row] ?? [];
  const label = digits.labels[row] ?? 0;
  return {
    ...{
      endpoint,
      id,
      slot: slotOf('primary', version),
      version,
      role: 'primary',
      requestedAt: at,
      predictedAt: at + 3,
    },
    ...{ revision, epoch, rollout, step, propensity: 1, pinned: false, routingKey: null, source: 'http' },
    request: { inputs: [{ name: 'pixels', shape: [1, data.length], datatype: 'FP32', data }] },
    response: {
      model_name: endpoint,
      model_version: version,
      id,
      outputs: [
        { name: 'label', shape: [1], datatype: 'INT64', data: [label] },
        {
          name: 'probabilities',
          shape: [1, 10],
          datatype: 'FP32',
          data: Array.from({ length: 10 }, (_, n) => (n === label ? 0.91 : 0.01)),
        },
      ],
    },
    ...{ status: 'ok', error: null, modelMs: 0.05, totalMs: 3 },
  };
}

/**
 * Produces values as JSON, keyed by their `id`, a thousand at a time.
 *
 * @param perSecond at most so many; by default as fast as it goes
 */
export async function produce(
  brokers: readonly string[],
  topic: string,
  values: Iterable<{ readonly id: string }>,
  perSecond = Infinity,
): Promise<void> {
  const producer = bareKafka(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const started = performance.now();
  let sent = 0;
  try {
    let messages: { key: string; value: string }[] = [];
    for (const value of values) {
      messages.push({ key: value.id, value: JSON.stringify(value) });
      if (messages.length < 1_000) continue;
      await producer.send({ topic, messages, acks: -1 });
      sent += messages.length;
      messages = [];
      const early = (sent / perSecond) * 1_000 - (performance.now() - started);
      if (early > 0) await sleep(early);
    }
    if (messages.length > 0) await producer.send({ topic, messages, acks: -1 });
  } finally {
    await producer.disconnect();
  }
}

const hash = (text: string): number => {
  let value = 0;
  for (let index = 0; index < text.length; index += 1) value = (value * 31 + text.charCodeAt(index)) | 0;
  return value;
};
