import { resolve } from 'node:path';
import { dropDatabase, freshDatabase, Stack, type StackOptions } from '#testing';
import type { Context } from '../benchmark.js';
import { connectProfiler, inspectorAddress, type Profiler } from './profiler.js';

/**
 * Starts services on a database of their own, does something with them, and stops them.
 *
 * @param services which ones; by default one process of each
 */
export async function withUnderstudy<T>(
  context: Context,
  services: StackOptions['services'],
  action: (stack: Stack) => Promise<T>,
): Promise<T> {
  const databaseUrl = await freshDatabase();
  try {
    const profiling = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };
    const stack = await Stack.start({
      ...(services === undefined ? {} : { services }),
      env: context.profiles === undefined ? {} : profiling,
      brokers: context.brokers.join(','),
      databaseUrl,
    });
    try {
      return await action(stack);
    } catch (error) {
      context.say(stack.tail());
      throw error;
    } finally {
      await stack.stop();
    }
  } finally {
    await dropDatabase(databaseUrl);
  }
}

/** Process ids of a stack's services by name. */
export const pidsOf = (stack: Stack): Record<string, number> =>
  Object.fromEntries(stack.services().map((service) => [service.name, service.pid]));

/** Profilers of a stack's services by name; none where the context wants no profiles. */
export async function profilersOf(context: Context, stack: Stack): Promise<Record<string, Profiler>> {
  if (context.profiles === undefined) return {};
  const connected = stack.services().map(async ({ name, records }): Promise<[string, Profiler]> => {
    // One that was started again has the last of them.
    const address = records.map(({ msg }) => inspectorAddress(String(msg))).findLast((found) => found !== undefined);
    if (address === undefined) throw new Error(`${name} has no inspector`);
    return [name, await connectProfiler(address)];
  });
  return Object.fromEntries(await Promise.all(connected));
}

/** Held-out rows of the demo's digits. */
export const digitRows = resolve('examples/digits/held-out.json');

const model = (name: string) => ({
  name,
  runtime: 'onnx',
  artifact: resolve(`examples/digits/models/${name}.onnx`),
  output: 'label',
});

/** A manifest over the three models of the digits. */
export const digitsEndpoint = (name: string, strategy: object, spec: object = {}) => ({
  apiVersion: 'understudy/v1',
  kind: 'Endpoint',
  metadata: { name },
  spec: { versions: ['v1', 'v2', 'v3'].map(model), truth: { metric: 'accuracy', window: '10m' }, strategy, ...spec },
});
