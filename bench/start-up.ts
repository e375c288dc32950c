import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Context } from './benchmark.js';
import { launchLocalStack, type LocalStack } from './harness/local-stack.js';
import { memory, memoryByProgram, type Memory } from './harness/processes.js';
import { digitRows, digitsEndpoint } from './harness/understudy.js';

const endpoint = 'bench';
const patienceMs = 180_000;

/** `npm start` on empty data with everything in the cache, as on the second day: until it answers, and what it takes. */
export const startUp: Benchmark = {
  name: 'start-up',
  title: 'From npm start to the first prediction',
  async run(context) {
    const begin = performance.now();
    const stack = await launchLocalStack(context.folder);
    try {
      const since = () => (performance.now() - begin) / 1000;
      await until(stack, async () => (await fetch(`${stack.deployerUrl}/health/ready`)).ok);
      const deployerReady = since();
      await deploy(stack);
      const deployed = since();
      await predict(stack, 0);
      const seconds = since();
      const requests = Math.round(2_000 * context.scale);
      for (let n = 1; n <= requests; n += 1) await predict(stack, n);
      const resident = memory(stack.pid);
      const byProgram = memoryByProgram(stack.pid);
      context.say(`first prediction after ${seconds.toFixed(1)} s`);
      return {
        figures: [
          {
            name: 'first prediction',
            value: seconds,
            unit: 's',
            detail: `npm start --no-demo on empty data, jars and packages in the cache; deployer ready after ${deployerReady.toFixed(1)} s, v1 deployed after ${deployed.toFixed(1)} s`,
          },
          ...(resident === null
            ? []
            : [
                {
                  name: 'resident',
                  value: resident.rss / 1e9,
                  unit: 'GB',
                  detail: `of npm, the services, Kafka and Postgres after ${requests} predictions; ${(resident.pss / 1e9).toFixed(2)} GB with shared pages counted once; MB: ${inMegabytes(byProgram)}`,
                },
              ]),
        ],
        raw: { resident, byProgram },
      };
    } catch (error) {
      context.say(endOf(context));
      throw error;
    } finally {
      await stack.stop();
    }
  },
};

/** Tries until the deployer is there, then waits until the version is. */
async function deploy(stack: LocalStack): Promise<void> {
  const manifest = JSON.stringify(digitsEndpoint(endpoint, { single: { version: 'v1' } }));
  await until(stack, async () => {
    const url = `${stack.deployerUrl}/api/v1/endpoints/${endpoint}?wait=30s`;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'PUT', headers, body: manifest });
    return answer.ok;
  });
}

const { rows } = JSON.parse(readFileSync(digitRows, 'utf8')) as { rows: number[][] };

async function predict(stack: LocalStack, n: number): Promise<void> {
  const data = rows[n % rows.length] ?? [];
  const body = JSON.stringify({ inputs: [{ name: 'pixels', shape: [1, data.length], datatype: 'FP32', data }] });
  await until(stack, async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${stack.ingressUrl}/v2/models/${endpoint}/infer`, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.ok;
  });
}

async function until(stack: LocalStack, ask: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + patienceMs;
  for (;;) {
    if (stack.ended) throw new Error('npm start has ended');
    try {
      if (await ask()) return;
    } catch (error) {
      // Nobody listens yet.
      if (performance.now() > limit) throw error;
    }
    if (performance.now() > limit) throw new Error(`no good answer within ${patienceMs / 1000} s`);
    await sleep(100);
  }
}

const inMegabytes = (byProgram: Readonly<Record<string, Memory>>): string =>
  Object.entries(byProgram)
    .map(([name, { rss, pss }]) => `${name} ${(rss / 1e6).toFixed(0)} (${(pss / 1e6).toFixed(0)})`)
    .join(', ');

const endOf = ({ folder }: Context): string => readFileSync(join(folder, 'start.log'), 'utf8').slice(-2_000);
