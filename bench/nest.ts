import type { Benchmark } from './benchmark.js';
import { startProgram } from './harness/program.js';
import { runLoads, startLoadProgram } from './harness/run-loads.js';
import { createTopics } from './harness/topics.js';
import type { NestSettings } from './programs/nest-server.js';

/** The usual way to ask over Kafka in NestJS: `ClientKafka.send()` and a `@MessagePattern` handler, all by default. */
export const nest: Benchmark = {
  name: 'nest',
  title: "NestJS's ClientKafka.send() and @MessagePattern",
  async run(context) {
    const settings: NestSettings = { brokers: [...context.brokers], pattern: `${context.prefix}.echo` };
    await createTopics(settings.brokers, { [settings.pattern]: 8, [`${settings.pattern}.reply`]: 8 });
    const server = await startProgram<null, null>('nest-server', settings);
    try {
      const client = await startLoadProgram('nest-client', settings);
      try {
        const { loads } = await runLoads(context, client, { server: server.pid });
        return { loads };
      } finally {
        await client.stop();
      }
    } finally {
      await server.stop();
    }
  },
};
