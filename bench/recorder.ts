import { topicName } from '#contracts';
import type { Benchmark } from './benchmark.js';
import { prediction, produce } from './harness/predictions.js';
import { withUnderstudy } from './harness/understudy.js';
import { watchFilling } from './harness/watch-filling.js';
import { describeCpu } from './harness/cpu.js';

const plan = { endpoint: 'bench', revision: 1, epoch: 1, rollout: 1, step: 0 };

/** How fast the recorder catches up on a full topic. */
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
      const rows = Array.from({ length: count }, (_, n) => ({
        id: `${context.prefix}-${n}`,
        version: 'v1',
        at: at - (n % 1_000),
      }));
      const topic = topicName(stack.prefix, 'predictions');
      await produce(
        context.brokers,
        topic,
        rows.values().map((row) => prediction(plan, row)),
      );

      const sql = 'SELECT count(*)::int AS n FROM predictions';
      const filling = await watchFilling(context, stack, { app: 'recorder', sql, count });
      context.say(`${filling.perSecond.toFixed(0)} rows/s`);
      return {
        figures: [
          {
            name: 'rows',
            value: filling.perSecond,
            unit: 'rows/s',
            detail: `one recorder catching up on ${count} predictions; CPU µs a row: ${describeCpu(filling.cpuMicros)}`,
          },
        ],
        raw: filling,
      };
    }),
};
