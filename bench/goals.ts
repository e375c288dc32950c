import type { Load, Result } from './benchmark.js';

/** Results by the benchmark's name; `floor-again` is the floor once more at the end of the run. */
export type Results = Readonly<Record<string, Result | undefined>>;

/** A goal and what came of it; `value` is null where what it needs was not measured in this run. */
export interface GoalOutcome {
  readonly goal: string;
  readonly wanted: string;
  readonly value: number | null;
  readonly met: boolean | null;
}

interface Goal {
  readonly goal: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The figure; undefined where this run does not hold what it needs. */
  readonly value: (results: Results) => number | undefined;
}

const goals: readonly Goal[] = [
  {
    goal: 'HTTP throughput at 512 concurrent over that of NestJS',
    atLeast: 2,
    value: (results) => ratio(throughput(results.http, 512), throughput(results.nest, 512)),
  },
  {
    goal: 'HTTP throughput at 512 concurrent over that of the floor',
    atLeast: 0.25,
    value: (results) =>
      ratio(
        throughput(results.http, 512),
        floors(results, (floor) => throughput(floor, 512)),
      ),
  },
  {
    goal: 'HTTP p50 at 1 concurrent over that of the floor',
    atMost: 2,
    value: (results) =>
      ratio(
        median(results.http, 1),
        floors(results, (floor) => median(floor, 1)),
      ),
  },
  ...[1, 16, 64].map((concurrent) => ({
    goal: `p50 with two shadows over p50 without at ${concurrent} concurrent`,
    atMost: 1.3,
    value: (results: Results) => ratio(median(results.shadows, concurrent), median(results.http, concurrent)),
  })),
  { goal: 'Recorder, rows/s', atLeast: 20_000, value: (results) => figure(results.recorder, 'rows') },
  {
    goal: 'The most memory the recorder needs for a minute of ten times the load over what a tenth of it needs',
    atMost: 1.25,
    value: (results) =>
      ratio(figure(results['recorder-surge'], 'surge memory'), figure(results['recorder-surge'], 'tenth memory')),
  },
  {
    goal: 'Truths/s joined by one feedback',
    atLeast: 15_000,
    value: (results) => figure(results.feedback, 'truths'),
  },
  {
    goal: 'CPU time a truth, feedback and Postgres: of two feedbacks over that of one',
    atMost: 1.25,
    value: (results) => ratio(figure(results.feedback, 'CPU of two'), figure(results.feedback, 'CPU')),
  },
  {
    goal: 'Truths/s with a long log, a million rows in a full run, over those with a short one',
    atLeast: 0.85,
    value: (results) => ratio(figure(results.feedback, 'truths, long log'), figure(results.feedback, 'truths')),
  },
  {
    goal: 'The most memory the ingress needs for a stream of truths over what a tenth of it needs',
    atMost: 1.25,
    value: (results) => ratio(figure(results.feedback, 'stream memory'), figure(results.feedback, 'tenth memory')),
  },
  {
    goal: 'A request by its id in analytics.served_predictions, p95 in ms',
    atMost: 10,
    value: (results) => figure(results['log-views'], 'by id p95'),
  },
  {
    goal: 'analytics.version_daily of one day, a million rows in a full run, p95 in ms',
    atMost: 1_000,
    value: (results) => figure(results['log-views'], 'daily p95'),
  },
  {
    goal: 'Truth to the plan that it moved, p95 in s',
    atMost: 2,
    value: (results) => figure(results['truth-to-plan'], 'p95'),
  },
  {
    goal: 'Verb to a reader of the plans, p95 in ms',
    atMost: 500,
    value: (results) => figure(results.control, 'verb p95'),
  },
  {
    goal: 'A look at all of 500 rollouts on one deployer, s: none took longer',
    atMost: 1,
    value: (results) => figure(results.control, 'round'),
  },
  {
    goal: 'Memory of a deployer with 500 rollouts, MB',
    atMost: 400,
    value: (results) => figure(results.control, 'memory'),
  },
  {
    goal: 'Requests/s of a backtest over the worker’s own',
    atLeast: 0.7,
    value: (results) => ratio(figure(results.backtest, 'requests'), figure(results.backtest, 'worker')),
  },
  { goal: 'Whole local stack, GB resident', atMost: 1.6, value: (results) => figure(results['start-up'], 'resident') },
  {
    goal: 'From a warm cache to the first prediction, s',
    atMost: 30,
    value: (results) => figure(results['start-up'], 'first prediction'),
  },
  {
    goal: 'Router decisions/s on one core, 2 or 20 arms, sticky or not: the slowest',
    atLeast: 2_000_000,
    value: ({ decisions }) => extreme(Math.min, decisions, /^(2|20) arms(, sticky)?$/),
  },
  {
    goal: 'A verdict, ms: the slowest of single, silent, canary and a bandit with 2 arms',
    atMost: 1,
    value: ({ decisions }) => extreme(Math.max, decisions, /^evaluate, (single|silent|canary|bandit, 2 arms)/),
  },
  {
    goal: 'A verdict of a bandit with 10 arms, ms: the slowest',
    atMost: 5,
    value: ({ decisions }) => extreme(Math.max, decisions, /^evaluate, bandit.* 10 arms/),
  },
  {
    goal: 'Simulated requests/s on one core, Thompson on 10 Beta–Bernoulli arms in batches of 100',
    atLeast: 1_000_000,
    value: ({ decisions }) => figure(decisions, 'simulated by thompson, 10 arms'),
  },
  {
    goal: '500 runs of 50,000 requests by the slowest strategy, s of one core',
    atMost: 60,
    value: ({ decisions }) => ratio(500 * 50_000, extreme(Math.min, decisions, /^understudy simulate/)),
  },
];

/** Compares a run with the goals. */
export function judge(results: Results): GoalOutcome[] {
  return goals.map(({ goal, atLeast, atMost, value: valueOf }) => {
    const value = valueOf(results) ?? null;
    const wanted = atLeast === undefined ? `≤ ${String(atMost)}` : `≥ ${atLeast}`;
    const met = value === null ? null : value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
    return { goal, wanted, value, met };
  });
}

const load = (result: Result | undefined, concurrent: number): Load | undefined =>
  result?.loads?.find((one) => one.concurrent === concurrent);
const throughput = (result: Result | undefined, concurrent: number) => load(result, concurrent)?.perSecond;
const median = (result: Result | undefined, concurrent: number) => load(result, concurrent)?.latencies.p50;
const figure = (result: Result | undefined, name: string) => result?.figures?.find((one) => one.name === name)?.value;

/** The least or the greatest of the figures whose names match. */
function extreme(of: (...values: number[]) => number, result: Result | undefined, names: RegExp): number | undefined {
  const values = (result?.figures ?? []).filter(({ name }) => names.test(name)).map(({ value }) => value);
  return values.length === 0 ? undefined : of(...values);
}

/** The mean of the floors before and after, so that a machine that has become slower or faster in between counts half. */
function floors(results: Results, value: (floor: Result | undefined) => number | undefined): number | undefined {
  const values = [value(results.floor), value(results['floor-again'])].filter((one) => one !== undefined);
  return values.length === 0 ? undefined : values.reduce((sum, one) => sum + one, 0) / values.length;
}

function ratio(value: number | undefined, base: number | undefined): number | undefined {
  return value === undefined || base === undefined ? undefined : value / base;
}
