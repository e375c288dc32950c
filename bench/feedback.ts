import type { TrafficPlan } from '#contracts';
import type { Stack } from '#testing';
import type { Benchmark, Context, Figure } from './benchmark.js';
import { joinRounds, type Joined } from './feedback/join-rounds.js';
import { type Streamed, streamTruths } from './feedback/stream-truths.js';
import { describeCpu } from './harness/cpu.js';
import { digitsEndpoint, withUnderstudy } from './harness/understudy.js';

const endpoint = 'bench';

/** How fast truths come in by HTTP and become outcomes and statistics: with one service, with two, with a long log. */
export const feedback: Benchmark = {
  name: 'feedback',
  title: 'Truths: joined by one feedback, by two, with a long log; streamed into the ingress',
  run: async (context) => {
    const streamed = Math.round(1_000_000 * context.scale);
    const [one, tenth, whole] = await withFeedback(context, 1, async (stack, plan) => {
      const joined = await joinRounds(context, stack, plan);
      await stack.service('feedback').stop();
      await stack.add('ingress');
      const first = await streamTruths(stack, endpoint, Math.round(streamed / 10));
      const all = await streamTruths(stack, endpoint, streamed);
      context.say(`streamed into the ingress: ${all.perSecond.toFixed(0)} truths/s`);
      return [joined, first, all] as const;
    });
    const long = await withFeedback(context, 1, (stack, plan) => joinRounds(context, stack, plan, context.logRows));
    const two = await withFeedback(context, 2, (stack, plan) => joinRounds(context, stack, plan));
    return {
      figures: [
        ...joinFigures('', 'one feedback', one),
        ...joinFigures(' of two', 'two feedbacks', two),
        ...joinFigures(', long log', 'one feedback', long),
        { name: 'stream', value: whole.perSecond, unit: 'truths/s', detail: `${streamed} lines of one NDJSON request` },
        ...memoryFigure('tenth memory', 'after a tenth as many', tenth),
        ...memoryFigure('stream memory', 'after them', whole),
      ],
      raw: { one, two, long, tenth, whole },
    };
  },
};

/** An endpoint without workers: its plan is all that is needed. */
const withFeedback = <T>(
  context: Context,
  count: number,
  action: (stack: Stack, plan: TrafficPlan) => Promise<T>,
): Promise<T> =>
  withUnderstudy(context, { deployer: 1, feedback: count }, async (stack) => {
    const truth = { metric: 'accuracy', window: '1d' };
    await stack.control.put(endpoint, digitsEndpoint(endpoint, { single: { version: 'v1' } }, { truth }));
    const { plan } = await stack.control.view(endpoint);
    return action(stack, plan);
  });

function joinFigures(name: string, by: string, joined: Joined): Figure[] {
  const { perSecond, cpuMicros, cpuTogether, bySql, logRows, truths } = joined;
  const log = `a log of ${logRows} rows`;
  const detail = `${by} joining ${truths} truths from Kafka, ${log}; CPU µs a truth: ${describeCpu(cpuMicros)}`;
  return [
    { name: `truths${name}`, value: perSecond, unit: 'truths/s', detail },
    ...(cpuTogether === undefined
      ? []
      : [{ name: `CPU${name}`, value: cpuTogether, unit: 'µs', detail: `${by} and Postgres, a truth, ${log}` }]),
    { name: `floor${name}`, value: bySql, unit: 'truths/s', detail: `INSERT … SELECT of as many, ${log}` },
  ];
}

const memoryFigure = (name: string, when: string, { peakBytes }: Streamed): Figure[] =>
  peakBytes === null
    ? []
    : [{ name, value: peakBytes / 1024 ** 2, unit: 'MB', detail: `the most resident in the ingress, ${when}` }];
