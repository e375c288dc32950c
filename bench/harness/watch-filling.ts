import { join } from 'node:path';
import type { Stack } from '#testing';
import type { Context } from '../benchmark.js';
import { cpuMicrosEach, sampleCpu } from './cpu.js';
import { profilersOf } from './understudy.js';
import { watchCount, type Filling } from './watch-count.js';

/** How a table filled, and the CPU microseconds that each row cost, by process. */
export interface MeasuredFilling extends Filling {
  readonly cpuMicros: Readonly<Record<string, number>>;
}

/**
 * Starts a service that finds its topic full, and watches its table until so many rows are there.
 *
 * @param sql gives one row with one column `n`
 */
export async function watchFilling(
  context: Context,
  stack: Stack,
  { app, sql, values = [], count }: { app: 'recorder'; sql: string; values?: unknown[]; count: number },
): Promise<MeasuredFilling> {
  const service = stack.service(app);
  await service.start();
  const profiler = (await profilersOf(context, stack))[service.name];
  await profiler?.start();
  const processes = { [service.name]: service.pid, ...context.shared };
  const before = sampleCpu(processes);
  const filling = await watchCount(stack.pool, sql, values, count);
  const cpuMicros = cpuMicrosEach(before, sampleCpu(processes), filling.rows);
  await profiler?.stop(join(context.profiles ?? '', `${service.name}.cpuprofile`));
  profiler?.close();
  return { ...filling, cpuMicros };
}
