import type { z } from 'zod';
import type {
  AdaptInput,
  BeginInput,
  Contenders,
  EvaluateInput,
  Evaluation,
  RestartInput,
  SetWeightInput,
  SpecProblem,
  SteerInput,
  Strategy,
  VersionReference,
  WrittenSpec,
} from './strategy.js';
import type { RewardKind } from './reward.js';
import { SteeringError } from './strategy.js';

/** A strategy as the registry hands it out: specs and states are JSON, checked by the strategy's own schemas on the way in. */
export interface RegisteredStrategy {
  readonly name: string;
  readonly specSchema: z.ZodType;
  versionsOf(spec: unknown): VersionReference[];
  problems(spec: unknown, reward: RewardKind): SpecProblem[];
  about(written: WrittenSpec, contenders: Contenders): WrittenSpec;
  begin(input: BeginInput<unknown>): unknown;
  evaluate(input: EvaluateInput<unknown, unknown>): Evaluation<unknown>;
  steer(input: SteerInput<unknown, unknown>): unknown;
  /** Throws a SteeringError where the strategy, or the rollout as it is, has no such share to set. */
  setWeight(input: SetWeightInput<unknown, unknown>): unknown;
  restart(input: RestartInput<unknown, unknown>): unknown;
  /** Undefined: the changed spec asks for another rollout. */
  adapt(input: AdaptInput<unknown, unknown>): unknown;
}

/**
 * Takes the types off a strategy, so that different ones stand in one registry. `spec` is what stands in the manifest, durations as text;
 * `state` is what an earlier `begin`, `evaluate` or `steer` gave. Throws a ZodError where either does not fit.
 */
export function register<Spec, State>(strategy: Strategy<Spec, State>): RegisteredStrategy {
  const spec = (value: unknown): Spec => strategy.specSchema.parse(value);
  const state = (value: unknown): State => strategy.stateSchema.parse(value);
  return {
    name: strategy.name,
    specSchema: strategy.specSchema,
    versionsOf: (value) => strategy.versionsOf(spec(value)),
    problems: (value, reward) => strategy.problems?.(spec(value), reward) ?? [],
    about: (written, contenders) => strategy.about(written, contenders),
    begin: (input) => strategy.begin({ ...input, spec: spec(input.spec) }),
    evaluate: (input) => strategy.evaluate({ ...input, spec: spec(input.spec), state: state(input.state) }),
    steer: (input) => strategy.steer({ ...input, spec: spec(input.spec), state: state(input.state) }),
    setWeight: (input) => withWeight(strategy, { ...input, spec: spec(input.spec), state: state(input.state) }),
    restart: (input) => strategy.restart({ ...input, spec: spec(input.spec), state: state(input.state) }),
    adapt: (input) =>
      strategy.adapt?.({ ...input, before: spec(input.before), spec: spec(input.spec), state: state(input.state) }),
  };
}

/** The state after an operator set a share; throws a SteeringError where the strategy has none to set. */
export function withWeight<Spec, State>(strategy: Strategy<Spec, State>, input: SetWeightInput<Spec, State>): State {
  if (strategy.setWeight !== undefined) return strategy.setWeight(input);
  throw new SteeringError(`strategy "${strategy.name}" has no shares to set: one version answers everything`);
}
