import { topicName } from '#contracts';
import type { Benchmark } from './benchmark.js';
import { prediction, produce } from './harness/predictions.js';
import { digitsEndpoint, withUnderstudy } from './harness/understudy.js';
import { watchCount } from './harness/watch-count.js';
import { watchFilling } from './harness/watch-filling.js';
import { describeCpu } from './harness/cpu.js';

const endpoint = 'bench';

/** How fast feedback turns truths into outcomes and statistics. */
export const truths: Benchmark = {
  name: 'truths',
  title: 'Truths/s joined by one feedback',
  run: (context) =>
    withUnderstudy(context, ['deployer', 'recorder', 'feedback'], async (stack) => {
      // Without workers it never becomes ready: its plan is all that is needed.
      await stack.control.put(endpoint, digitsEndpoint(endpoint, { single: { version: 'v1' } }));
      const { plan } = await stack.control.view(endpoint);

      const count = Math.round(50_000 * context.scale);
      const at = Date.now();
      const rows = Array.from({ length: count }, (_, n) => ({ id: `${context.prefix}-${n}`, version: 'v1', at }));
      await produce(
        context.brokers,
        topicName(stack.prefix, 'predictions'),
        rows.values().map((row) => prediction(plan, row)),
      );
      await watchCount(stack.pool, 'SELECT count(*)::int AS n FROM predictions WHERE endpoint = $1', [endpoint], count);

      const given = rows.values().map(({ id }, n) => ({ endpoint, id, truth: n % 10 }));
      const service = stack.service('feedback');
      await service.stop();
      await produce(context.brokers, topicName(stack.prefix, 'groundTruth'), given);
      const sql = 'SELECT count(*)::int AS n FROM outcomes WHERE endpoint = $1';
      const filling = await watchFilling(context, stack, { app: 'feedback', sql, values: [endpoint], count });
      context.say(`${filling.perSecond.toFixed(0)} truths/s`);
      return {
        figures: [
          {
            name: 'truths',
            value: filling.perSecond,
            unit: 'truths/s',
            detail: `one feedback joining ${count} truths from Kafka into outcomes; CPU µs a truth: ${describeCpu(filling.cpuMicros)}`,
          },
        ],
        raw: filling,
      };
    }),
};
