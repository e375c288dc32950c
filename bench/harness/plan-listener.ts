import { performance } from 'node:perf_hooks';
import { trafficPlan } from '#contracts';
import { bareConsumer, bareKafka } from './bare-kafka.js';

/** Hears every plan as a router would. */
export interface PlanListener {
  /** When (`performance.now()`) the endpoint's first plan with at least this epoch came; waits for it. */
  heard(endpoint: string, epoch: number): Promise<number>;
  stop(): Promise<void>;
}

const patienceMs = 30_000;

/** Reads the topic of plans from its beginning. */
export async function listenToPlans(brokers: readonly string[], topic: string): Promise<PlanListener> {
  const consumer = bareKafka(brokers).consumer({ ...bareConsumer, groupId: `${topic}.bench` });
  const seen: { endpoint: string; epoch: number; at: number }[] = [];
  let wake: (() => void)[] = [];
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ message }) => {
      const { endpoint, epoch } = trafficPlan.parse(JSON.parse(message.value?.toString() ?? ''));
      seen.push({ endpoint, epoch, at: performance.now() });
      wake.forEach((resolve) => resolve());
      wake = [];
      return Promise.resolve();
    },
  });
  await joined;

  const heard = async (endpoint: string, epoch: number): Promise<number> => {
    const timeout = AbortSignal.timeout(patienceMs);
    for (;;) {
      const plan = seen.find((one) => one.endpoint === endpoint && one.epoch >= epoch);
      if (plan !== undefined) return plan.at;
      await new Promise<void>((resolve) => {
        wake.push(resolve);
        timeout.addEventListener('abort', () => resolve(), { once: true });
      });
      if (timeout.aborted) throw new Error(`no plan of ${endpoint} with epoch ${epoch} within ${patienceMs / 1000} s`);
    }
  };
  return { heard, stop: () => consumer.disconnect() };
}
