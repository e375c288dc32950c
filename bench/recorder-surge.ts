import { performance } from 'node:perf_hooks';
import { topicName } from '#contracts';
import type { Stack } from '#testing';
import type { Benchmark, Figure } from './benchmark.js';
import { benchPlan, prediction, produce } from './harness/predictions.js';
import { peakResident } from './harness/processes.js';
import { withUnderstudy } from './harness/understudy.js';
import { watchCount } from './harness/watch-count.js';

/** Rows/s on an ordinary day, and how many times as many come in a surge. */
const ordinary = 3_000;
const times = 10;
const surgeSeconds = 60;

/** What one recorder makes of more rows than it can write: how far it lags behind, how soon it has caught up, and the memory that takes. */
export const recorderSurge: Benchmark = {
  name: 'recorder-surge',
  title: 'One recorder at ten times the load for a minute',
  run: (context) =>
    withUnderstudy(context, ['recorder'], async (stack) => {
      const { pid } = stack.service('recorder');
      const topic = topicName(stack.prefix, 'predictions');
      const at = Date.now();
      let offered = 0;
      const offer = async (rows: number, perSecond: number): Promise<void> => {
        const ids = Array.from({ length: rows }, (_, n) => offered + n);
        const predictions = ids
          .values()
          .map((n) => prediction(benchPlan, { id: `${context.prefix}-${n}`, version: 'v1', at: at - (n % 1_000) }));
        await produce(context.brokers, topic, predictions, perSecond);
        offered += rows;
      };

      const seconds = surgeSeconds * context.scale;
      await offer((ordinary * seconds) / 6, ordinary);
      await watchCount(stack.pool, recorded, [], offered);
      const before = peakResident(pid);

      const inSurge = ordinary * times * seconds;
      const began = performance.now();
      await offer(inSurge / 10, ordinary * times);
      const tenth = peakResident(pid);
      await offer(inSurge * 0.9, ordinary * times);
      const ended = performance.now();
      const { rows } = await stack.pool.query<{ n: number }>(recorded);
      const behind = offered - (rows[0]?.n ?? 0);
      await watchCount(stack.pool, recorded, [], offered, 100);
      const catchUp = (performance.now() - ended) / 1_000;
      const whole = peakResident(pid);
      await expectOnce(stack, offered);

      const offeredPerSecond = (inSurge / (ended - began)) * 1_000;
      context.say(
        `${offeredPerSecond.toFixed(0)} rows/s came for ${((ended - began) / 1_000).toFixed(0)} s: ${behind} behind, caught up ${catchUp.toFixed(1)} s later`,
      );
      const detail = `${inSurge} rows at ${times} times ${ordinary}/s where this machine can, after an ordinary load`;
      return {
        figures: [
          { name: 'offered', value: offeredPerSecond, unit: 'rows/s', detail },
          {
            name: 'behind',
            value: behind,
            unit: 'rows',
            detail: 'in Kafka and not yet in the log when the surge ended',
          },
          { name: 'catch-up', value: catchUp, unit: 's', detail: 'from then until every row was there, once' },
          ...memoryFigure('ordinary memory', 'at the ordinary load', before),
          ...memoryFigure('tenth memory', 'after a tenth of the surge', tenth),
          ...memoryFigure('surge memory', 'after all of it', whole),
        ],
      };
    }),
};

/** Rows that are in the log: the counts are written with them, and quicker to add up; nobody takes them over here. */
const recorded = 'SELECT coalesce(sum(requests), 0)::int AS n FROM pending_counts';

async function expectOnce({ pool }: Stack, wanted: number): Promise<void> {
  const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM predictions');
  if (rows[0]?.n !== wanted) throw new Error(`${rows[0]?.n} rows in the log where ${wanted} were sent`);
}

const memoryFigure = (name: string, when: string, bytes: number | null): Figure[] =>
  bytes === null
    ? []
    : [{ name, value: bytes / 1024 ** 2, unit: 'MB', detail: `the most resident in the recorder, ${when}` }];
