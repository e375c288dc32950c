import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { topicName, type TrafficPlan } from '#contracts';
import type { Stack } from '#testing';
import type { Context } from '../benchmark.js';
import { cpuMicrosEach, sampleCpu } from '../harness/cpu.js';
import { summarise } from '../harness/latencies.js';
import { produce } from '../harness/predictions.js';
import { profilersOf } from '../harness/understudy.js';
import { watchCount } from '../harness/watch-count.js';
import { joinBySql, TruthLog } from './truth-log.js';

/** Truths in a round. */
const truths = 25_000;
/** Rounds that count; one before them warms up. */
const rounds = 3;

/** What the rounds gave, each figure the median of them. */
export interface Joined {
  readonly perSecond: number;
  /** CPU microseconds a truth, by process. */
  readonly cpuMicros: Readonly<Record<string, number>>;
  /** Of the feedbacks and Postgres together; undefined where one of them was not measured. */
  readonly cpuTogether: number | undefined;
  /** Truths/s of the join alone as one statement of SQL, in the same database. */
  readonly bySql: number;
  readonly logRows: number;
  readonly truths: number;
  /** Each round by itself. */
  readonly rounds: readonly Round[];
}

type Round = Pick<Joined, 'perSecond' | 'cpuMicros'>;

/**
 * Lets every feedback of a stack join truths of requests all over a log. Each round's truths are in Kafka before a feedback may read one.
 *
 * @param logRows rows of the log; a short one is as long as the rounds need
 */
export async function joinRounds(context: Context, stack: Stack, plan: TrafficPlan, logRows = 0): Promise<Joined> {
  const log = new TruthLog({ plan, prefix: context.prefix, rows: logRows, batches: rounds + 1, truths });
  await log.fill(stack.pool);
  const feedbacks = stack.services('feedback');
  const processes = { ...Object.fromEntries(feedbacks.map(({ name, pid }) => [name, pid])), ...context.shared };
  const profilers = Object.entries(await profilersOf(context, stack)).filter(([name]) => name in processes);
  // One row, which the transaction that writes outcomes changes: counting these would itself cost.
  const scored = 'SELECT coalesce(sum(scored), 0)::int AS n FROM arm_stats WHERE endpoint = $1';

  const measured: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    feedbacks.forEach((feedback) => feedback.pause());
    await produce(context.brokers, topicName(stack.prefix, 'groundTruth'), log.truths(round));
    const before = sampleCpu(processes);
    feedbacks.forEach((feedback) => feedback.resume());
    if (round === 1) await Promise.all(profilers.map(([, profiler]) => profiler.start()));
    const { perSecond, rows } = await watchCount(stack.pool, scored, [plan.endpoint], (round + 1) * truths, 20);
    if (round > 0) measured.push({ perSecond, cpuMicros: cpuMicrosEach(before, sampleCpu(processes), rows) });
  }
  for (const [name, profiler] of profilers) {
    await profiler.stop(join(context.profiles ?? '', `${stack.prefix}-${name}.cpuprofile`));
    profiler.close();
  }

  const middle = (values: number[]) => summarise(values).p50;
  const cpuMicros = Object.fromEntries(
    Object.keys(processes).map((name) => [name, middle(measured.map((one) => one.cpuMicros[name] ?? 0))]),
  );
  const together = [...feedbacks.map(({ name }) => name), 'postgres'].map((name) => cpuMicros[name] ?? 0);
  const perSecond = middle(measured.map((one) => one.perSecond));
  context.say(`${feedbacks.length} feedback, ${log.rows} rows: ${perSecond.toFixed(0)} truths/s`);
  return {
    perSecond,
    cpuMicros,
    cpuTogether: together.includes(0) ? undefined : together.reduce((sum, value) => sum + value),
    bySql: await floor(stack),
    logRows: log.rows,
    truths,
    rounds: measured,
  };
}

/** The last round's truths once more, into a table like that of the outcomes; the median of three. */
async function floor({ pool }: Stack): Promise<number> {
  await pool.query('CREATE TABLE floor_outcomes (LIKE outcomes INCLUDING ALL)');
  await pool.query('ANALYZE ground_truth, predictions');
  const seconds: number[] = [];
  for (let time = 0; time < 3; time += 1) {
    await pool.query('TRUNCATE floor_outcomes');
    const started = performance.now();
    const joined = await joinBySql(pool, 'floor_outcomes', truths);
    if (joined !== truths) throw new Error(`plain SQL joined ${joined} of ${truths} truths`);
    seconds.push((performance.now() - started) / 1_000);
  }
  return truths / summarise(seconds).p50;
}
