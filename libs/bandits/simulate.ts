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
 * Plays a policy against Bernoulli arms (the experiment of Chapelle and Li 2011). The learner sees rewards and replacements at the end
 * of each batch only: its statistics for a replaced arm then start again at the prior. It draws afresh for every step in between.
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
  const { arms, horizon, batch, replaceProbability } = world;
  const present = new PresentMeans(world, uniform);
  const learners = Array.from({ length: arms }, (_, i) => new SimulatedArm(String(i), policy.memory));
  const chosen = new Int32Array(Math.min(batch, horizon));
  const rewards = new Int32Array(chosen.length);
  const replaced = new Uint8Array(arms);
  let next = chooser(policy, learners, 0, batch);
  let regret = 0;
  for (let start = 0; start < horizon; start += batch) {
    const steps = Math.min(batch, horizon - start);
    for (let k = 0; k < steps; k++) {
      present.enter(start + k);
      const arm = next(uniform);
      const mean = present.means[arm] ?? 0;
      regret += present.best - mean;
      chosen[k] = arm;
      rewards[k] = uniform() < mean ? 1 : 0;
      if (replaceProbability > 0 && uniform() < replaceProbability) replaced[present.replaceOne()] = 1;
    }
    for (let k = 0; k < steps; k++) learners[chosen[k] ?? 0]?.add(rewards[k] ?? 0, start + k);
    for (const [i, gone] of replaced.entries()) if (gone === 1) learners[i]?.reset();
    replaced.fill(0);
    if (start + steps < horizon) next = chooser(policy, learners, start + steps - 1, batch);
  }
  return regret;
}

/** What the arms are worth at the present step. */
class PresentMeans {
  means: readonly number[];
  best: number;
  private readonly drawn: number[] = [];

  constructor(
    private readonly world: World,
    private readonly uniform: Uniform,
  ) {
    const { arms, means } = world;
    if (typeof means === 'function') this.means = means(0);
    else if ('alpha' in means) this.means = this.drawn = Array.from({ length: arms }, () => this.draw(means));
    else this.means = means;
    this.best = Math.max(...this.means);
  }

  enter(step: number): void {
    const { means } = this.world;
    if (typeof means !== 'function') return;
    this.means = means(step);
    this.best = Math.max(...this.means);
  }

  /** Puts a newly drawn arm in the place of one picked evenly. @returns its index */
  replaceOne(): number {
    const { arms, means } = this.world;
    const replaced = Math.floor(this.uniform() * arms);
    if ('alpha' in means) this.drawn[replaced] = this.draw(means);
    this.best = Math.max(...this.means);
    return replaced;
  }

  private draw(means: BetaParameters): number {
    return samplePosterior({ kind: 'beta', ...means }, this.uniform);
  }
}

/** Draws one arm a step for a batch: from exact weights, or in the policy's own way where the weights would serve few draws. */
function chooser(
  policy: PreparedPolicy,
  learners: readonly SimulatedArm[],
  now: number,
  batch: number,
): (uniform: Uniform) => number {
  const statistics = learners.map((learner) => learner.statistics(now));
  if (policy.chooser && batch < 100 * learners.length) return policy.chooser(statistics, now);
  const weights = policy.allocate(statistics, now);
  return (uniform) => drawIndex(weights, uniform);
}
