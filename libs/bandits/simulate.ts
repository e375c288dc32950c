import { check, checkPositive, checkProbability } from '#stats';
import { SimulatedArm } from './learner.js';
import { policyNamed } from './policies/index.js';
import type { Policy, PreparedPolicy, Uniform } from './policy.js';
import { drawIndex, uniformFrom } from './random.js';
import { samplePosterior } from './sample-posterior.js';

/** Parameters of a beta distribution. */
export interface BetaParameters {
  readonly alpha: number;
  readonly beta: number;
}

/** Means of Bernoulli arms: drawn for each repetition, fixed, or set by the step (from 0 on). */
export type SimulatedMeans = BetaParameters | readonly number[] | ((step: number) => readonly number[]);

export interface Simulation {
  /** A registered policy's name, or a policy. */
  readonly policy: string | Policy;
  /** The policy's options; `prior` goes before what they say. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Number of arms. */
  readonly arms: number;
  readonly means: SimulatedMeans;
  /** The learner's beta prior for every arm. */
  readonly prior?: BetaParameters;
  /** Steps a repetition. */
  readonly horizon: number;
  /** Steps after which the learner sees what came of them (default 1). */
  readonly batch?: number;
  /** After each step one arm, picked evenly, is replaced by a newly drawn one with this probability (default 0; drawn means only). */
  readonly replaceProbability?: number;
  readonly repetitions: number;
  readonly seed: number;
}

/**
 * Plays a policy against Bernoulli arms. The learner sees rewards and replacements (its statistics for that arm start again at the
 * prior) at the end of each batch only, and draws afresh for every step in between.
 * @returns mean over the repetitions of the regret, the sum over steps of the best present mean less the chosen arm's, and its standard
 * error (NaN for one repetition)
 */
export function simulate(simulation: Simulation): { regret: number; standardError: number } {
  const { arms, means, horizon, batch = 1, replaceProbability = 0, repetitions, seed, prior, options } = simulation;
  check(Number.isInteger(arms) && arms > 0, 'arms must be a whole number greater than 0', arms);
  check(Number.isInteger(horizon) && horizon >= 0, 'horizon must be a whole number', horizon);
  check(Number.isInteger(batch) && batch > 0, 'batch must be a whole number greater than 0', batch);
  check(
    Number.isInteger(repetitions) && repetitions > 0,
    'repetitions must be a whole number greater than 0',
    repetitions,
  );
  checkProbability('replaceProbability', replaceProbability);
  const drawn = 'alpha' in means;
  check(drawn || replaceProbability === 0, 'replaceProbability needs means that are drawn', replaceProbability);
  if (Array.isArray(means)) check(means.length === arms, 'means must be one an arm', means.length);
  if (drawn) {
    checkPositive('alpha of means', means.alpha);
    checkPositive('beta of means', means.beta);
  }
  const policy = typeof simulation.policy === 'string' ? policyNamed(simulation.policy) : simulation.policy;
  const prepared = policy.prepare({ ...options, ...(prior && { prior }) });

  let sum = 0;
  let squares = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const regret = play(prepared, { arms, means, horizon, batch, replaceProbability }, uniformFrom(seed, repetition));
    sum += regret;
    squares += regret * regret;
  }
  const regret = sum / repetitions;
  const variance = Math.max(0, squares - sum * regret) / (repetitions - 1);
  return { regret, standardError: Math.sqrt(variance / repetitions) };
}

type World = Required<Pick<Simulation, 'arms' | 'means' | 'horizon' | 'batch' | 'replaceProbability'>>;

function play(policy: PreparedPolicy, world: World, uniform: Uniform): number {
  const { arms, means, horizon, batch, replaceProbability } = world;
  const draw = () => ('alpha' in means ? samplePosterior({ kind: 'beta', ...means }, uniform) : 0);
  const drawnMeans = Array.from({ length: arms }, draw);
  const meansAt = (step: number): readonly number[] =>
    typeof means === 'function' ? means(step) : 'alpha' in means ? drawnMeans : means;
  const learners = Array.from({ length: arms }, (_, i) => new SimulatedArm(String(i), policy.memory));
  const pending: { arm: number; reward: number; step: number }[] = [];
  const replacedAt = Array<number>(arms).fill(-1);
  let next = chooser(policy, learners, 0, batch);
  let regret = 0;
  for (let step = 0; step < horizon; step++) {
    const arm = next(uniform);
    const present = meansAt(step);
    const mean = present[arm] ?? 0;
    regret += Math.max(...present) - mean;
    pending.push({ arm, reward: uniform() < mean ? 1 : 0, step });
    if (replaceProbability > 0 && uniform() < replaceProbability) {
      const replaced = Math.floor(uniform() * arms);
      drawnMeans[replaced] = draw();
      replacedAt[replaced] = step;
    }
    if ((step + 1) % batch !== 0) continue;
    for (const [i, at] of replacedAt.entries()) if (at >= 0) learners[i]?.reset();
    for (const seen of pending) {
      // What came of the arm that is gone says nothing about the one in its place.
      if (seen.step > (replacedAt[seen.arm] ?? -1)) learners[seen.arm]?.add(seen.reward, seen.step);
    }
    pending.length = 0;
    replacedAt.fill(-1);
    next = chooser(policy, learners, step, batch);
  }
  return regret;
}

/** Draws one arm a step for a batch: from exact weights, or in the policy's own way where the weights would serve few draws. */
function chooser(
  policy: PreparedPolicy,
  learners: readonly SimulatedArm[],
  now: number,
  batch: number,
): (uniform: Uniform) => number {
  const statistics = learners.map((learner) => learner.statistics(now));
  const { choose } = policy;
  if (choose && batch < 100 * learners.length) return (uniform) => choose(statistics, now, uniform);
  const weights = policy.allocate(statistics, now);
  return (uniform) => drawIndex(weights, uniform);
}
