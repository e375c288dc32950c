import { join } from 'node:path';
import { topicName } from '#contracts';
import type { Stack } from '#testing';
import type { Benchmark, Context } from './benchmark.js';
import { cpuMicrosEach, describeCpu, sampleCpu } from './harness/cpu.js';
import { fillLog, rowsAtOnce } from './harness/fill-log.js';
import { benchPlan, prediction, produce } from './harness/predictions.js';
import { profilersOf, withUnderstudy } from './harness/understudy.js';
import { type Filling, watchCount } from './harness/watch-count.js';

/** How fast the recorder catches up on a full topic, beside COPY alone. */
export const recorder: Benchmark = {
  name: 'recorder',
  title: 'Rows/s of one recorder',
  run: (context) =>
    withUnderstudy(context, ['recorder'], async (stack) => {
      // It has made its topics and tables; now it must find the topic full.
      const service = stack.service('recorder');
      await service.stop();
      const count = Math.round(120_000 * context.scale);
      const at = Date.now();
      const row = (id: string) => (n: number) =>
        prediction(benchPlan, { id: `${context.prefix}-${id}${n}`, version: 'v1', at: at - (n % 1_000) });
      const topic = topicName(stack.prefix, 'predictions');
      await produce(context.brokers, topic, Array(count).keys().map(row('')));

      const filling = await catchUp(context, stack, count);
      const byCopy = await fillLog(stack.pool, count, row('copied-'));
      context.say(`${filling.perSecond.toFixed(0)} rows/s, COPY alone ${byCopy.toFixed(0)}`);
      return {
        figures: [
          {
            name: 'rows',
            value: filling.perSecond,
            unit: 'rows/s',
            detail: `one recorder catching up on ${count} predictions; CPU µs a row: ${describeCpu(filling.cpuMicros)}`,
          },
          {
            name: 'copy',
            value: byCopy,
            unit: 'rows/s',
            detail: `COPY alone of as many, ${rowsAtOnce} rows a transaction: the recorder's floor`,
          },
        ],
        raw: filling,
      };
    }),
};

/** How the log filled, and the CPU microseconds that each row cost, by process. */
interface MeasuredFilling extends Filling {
  readonly cpuMicros: Readonly<Record<string, number>>;
}

/** Starts the recorder and watches the log until so many rows are there. */
async function catchUp(context: Context, stack: Stack, count: number): Promise<MeasuredFilling> {
  const service = stack.service('recorder');
  await service.start();
  const profiler = (await profilersOf(context, stack))[service.name];
  await profiler?.start();
  const processes = { [service.name]: service.pid, ...context.shared };
  const before = sampleCpu(processes);
  const filling = await watchCount(stack.pool, 'SELECT count(*)::int AS n FROM predictions', [], count);
  const cpuMicros = cpuMicrosEach(before, sampleCpu(processes), filling.rows);
  await profiler?.stop(join(context.profiles ?? '', `${service.name}.cpuprofile`));
  profiler?.close();
  return { ...filling, cpuMicros };
}
