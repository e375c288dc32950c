import type { z } from 'zod';
import type { Evidence, TrafficPlan, Verdict } from '#contracts';
import type { RewardKind } from './reward.js';

/** What a strategy decides of a traffic plan; the deployer adds names, numbers, salt and times. */
export type PlanDraft = Pick<
  TrafficPlan,
  'step' | 'allocation' | 'baseline' | 'shadows' | 'assignment' | 'fallback' | 'bucketMs' | 'contextual'
>;

export type Assignment = PlanDraft['assignment'];

/** How a rollout stands by its strategy; `paused` and `superseded` are the deployer's. */
export type StrategyStatus = 'running' | 'succeeded' | 'failed';

/** A version that a spec names, and where: `['shadows', 0, 'version']`. */
export interface VersionReference {
  readonly path: readonly (string | number)[];
  readonly version: string;
}

/** What is wrong with a spec beyond its schema, with the path within it. */
export interface SpecProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface BeginInput<Spec> {
  readonly spec: Spec;
  /** ms since 1970. */
  readonly now: number;
  /** The version that had most of the traffic until now, where the endpoint had one and still lists it. */
  readonly previous?: string;
  /** The newest snapshot of the rollout before, of which that version was a part; null or absent: nothing is known. */
  readonly evidence?: Evidence | null;
}

export interface EvaluateInput<Spec, State> {
  readonly spec: Spec;
  readonly state: State;
  /** The newest snapshot of this rollout; null before the first. */
  readonly evidence: Evidence | null;
  /** ms since 1970. */
  readonly now: number;
  readonly reward: RewardKind;
  /** The manifest's wish; absent: the strategy's own. */
  readonly assignment?: Assignment;
  /** ms by which the log may lag behind before no rollout advances; absent: any. */
  readonly maxLag?: number;
}

export interface Evaluation<State> {
  readonly plan: PlanDraft;
  /** For the next evaluation; plain JSON. */
  readonly state: State;
  readonly verdict: Verdict;
  readonly status: StrategyStatus;
}

export interface SteerInput<Spec, State> {
  readonly spec: Spec;
  readonly state: State;
  readonly verb: 'promote' | 'rollback';
  /** Which version to promote, where there are several. */
  readonly version?: string;
  readonly now: number;
}

export interface SetWeightInput<Spec, State> {
  readonly spec: Spec;
  readonly state: State;
  readonly version: string;
  /** The version's share of the traffic, between 0 and 1, both excluded. */
  readonly weight: number;
  readonly now: number;
}

export interface RestartInput<Spec, State> {
  readonly spec: Spec;
  readonly state: State;
  /** The number of its next plan's step, greater than any that was used. */
  readonly step: number;
  readonly now: number;
}

export interface AdaptInput<Spec, State> {
  /** The spec so far. */
  readonly before: Spec;
  /** The one that is to be in force. */
  readonly spec: Spec;
  readonly state: State;
  readonly now: number;
}

/** A spec as it stands in a manifest or a template, not yet checked: durations as text, perhaps without names. */
export type WrittenSpec = Readonly<Record<string, unknown>>;

/** The versions that a spec is to be about. */
export interface Contenders {
  /** Absent: there is none yet, or the strategy is to find out. */
  readonly champion?: string | undefined;
  readonly candidate: string;
}

/** A verb that makes no sense for the rollout as it is; the message says what would. */
export class SteeringError extends Error {
  override name = 'SteeringError';
}

/**
 * A way to move traffic by evidence. Pure: the same arguments give the same result, for ever; the state is plain JSON that
 * its caller keeps between evaluations.
 */
export interface Strategy<Spec, State> {
  /** The key in the manifest's `strategy`. */
  readonly name: string;
  /** Strict, with defaults; its input is what stands under that key. */
  readonly specSchema: z.ZodType<Spec>;
  readonly stateSchema: z.ZodType<State>;
  /** The versions that a spec names: each must be listed in the manifest. */
  versionsOf(spec: Spec): VersionReference[];
  /** What does not fit the endpoint's rewards; absent: everything does. */
  problems?(spec: Spec, reward: RewardKind): SpecProblem[];
  /** The same spec about these versions: how an update, or a template, names them. */
  about(written: WrittenSpec, contenders: Contenders): WrittenSpec;
  begin(input: BeginInput<Spec>): State;
  evaluate(input: EvaluateInput<Spec, State>): Evaluation<State>;
  /** The state after an operator's verb; throws a SteeringError where it makes no sense. */
  steer(input: SteerInput<Spec, State>): State;
  /**
   * The state after an operator set a version's share, as a step of its own from which the strategy goes on. Throws a SteeringError where it makes no
   * sense. Absent: the strategy has no shares to set.
   */
  setWeight?(input: SetWeightInput<Spec, State>): State;
  /** The state with which it goes on after a stretch that was not its own, such as a break-glass rollback: its next plan is a new step. */
  restart(input: RestartInput<Spec, State>): State;
  /**
   * The state with which a rollout at work goes on under a changed spec, its evidence kept; undefined where the change asks for another rollout.
   * Absent: every change does.
   */
  adapt?(input: AdaptInput<Spec, State>): State | undefined;
}
