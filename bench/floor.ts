import type { Benchmark } from './benchmark.js';
import { startProgram } from './harness/program.js';
import { runLoads, startLoadProgram } from './harness/run-loads.js';
import { createTopics } from './harness/topics.js';
import type { FloorClientSettings } from './programs/floor-client.js';
import type { RelaySettings } from './programs/floor-relay.js';

/**
 * What the way itself costs: request → relay → relay → reply over kafkajs and nothing else, in three processes. Nothing
 * that takes these three hops on kafkajs can be much faster, and Understudy takes them.
 */
export const floor: Benchmark = {
  name: 'floor',
  title: 'Bare kafkajs relay over three hops (the floor)',
  async run(context) {
    const brokers = [...context.brokers];
    const topic = (name: string) => `${context.prefix}.${name}`;
    const [requests, work, replies] = [topic('requests'), topic('work'), topic('replies')];
    await createTopics(brokers, { [requests]: 8, [work]: 8, [replies]: 1 });

    const relay = (from: string, to: string) =>
      startProgram<null, null>('floor-relay', { brokers, from, to } satisfies RelaySettings);
    const settings: FloorClientSettings = { brokers, requests, replies };
    const [relay1, relay2, client] = await Promise.all([
      relay(requests, work),
      relay(work, replies),
      startLoadProgram('floor-client', settings),
    ]);
    try {
      const { loads } = await runLoads(context, client, { relay1: relay1.pid, relay2: relay2.pid });
      return { loads };
    } finally {
      await Promise.all([client.stop(), relay1.stop(), relay2.stop()]);
    }
  },
};
