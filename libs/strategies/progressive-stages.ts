import { z } from 'zod';
import { banditFields, raceRules } from './bandit-spec.js';
import { bandit } from './bandit.js';
import { canaryFields, risingSteps } from './canary-spec.js';
import { canary } from './canary.js';
import { withWeight } from './registered.js';
import type { RewardKind } from './reward.js';
import { silentFields } from './silent-spec.js';
import { silent } from './silent.js';
import { singleFields, watchedWithGuardrails } from './single-spec.js';
import { single } from './single.js';
import type {
  BeginInput,
  EvaluateInput,
  Evaluation,
  RestartInput,
  SetWeightInput,
  SpecProblem,
  Strategy,
} from './strategy.js';

/** Who takes part in a stage. The rollout says it, so that stages do not repeat names. */
export interface Contestants {
  readonly champion: string;
  readonly candidate: string;
}

/** A strategy as a stage of a rollout: its spec without names, its state as JSON. */
export interface StageKind {
  begin(input: BeginInput<unknown> & Contestants): unknown;
  evaluate(input: EvaluateInput<unknown, unknown> & Contestants): Evaluation<unknown>;
  /** Throws a SteeringError where the stage has no shares to set. */
  setWeight(input: SetWeightInput<unknown, unknown> & Contestants): unknown;
  restart(input: RestartInput<unknown, unknown> & Contestants): unknown;
  problems(stage: unknown, names: Contestants, reward: RewardKind): SpecProblem[];
}

/**
 * @param schema the settings of such a stage
 * @param specOf the strategy's own spec, for these settings
 */
function stageKind<Schema extends z.ZodType, Spec, State>(
  strategy: Strategy<Spec, State>,
  schema: Schema,
  specOf: (stage: z.output<Schema>, names: Contestants) => Spec,
): StageKind & { readonly schema: Schema } {
  const meant = (stage: unknown, names: Contestants): Spec => specOf(stage as z.output<Schema>, names);
  return {
    schema,
    begin: (input) => strategy.begin({ ...input, spec: meant(input.spec, input) }),
    evaluate: (input) =>
      strategy.evaluate({ ...input, spec: meant(input.spec, input), state: strategy.stateSchema.parse(input.state) }),
    setWeight: (input) =>
      withWeight(strategy, {
        ...input,
        spec: meant(input.spec, input),
        state: strategy.stateSchema.parse(input.state),
      }),
    restart: (input) =>
      strategy.restart({ ...input, spec: meant(input.spec, input), state: strategy.stateSchema.parse(input.state) }),
    problems: (stage, names, reward) => strategy.problems?.(meant(stage, names), reward) ?? [],
  };
}

const silentStage = silentFields
  .omit({ champion: true, shadows: true, onSuccess: true })
  .extend({ fraction: silentFields.shape.shadows.element.shape.fraction });
const canaryStage = canaryFields
  .omit({ champion: true, candidate: true, onSuccess: true, maxDuration: true })
  .superRefine(risingSteps);
const banditStage = banditFields
  .omit({ arms: true, champion: true, onSuccess: true })
  .superRefine((stage, context) => raceRules(stage, context));
const singleStage = singleFields.omit({ version: true }).superRefine(watchedWithGuardrails);

/** A stage is left by its verdict; where an operator is to have the last word, the rollout's approval says so. */
const byVerdict = { onSuccess: 'promote' } as const;

const kinds = {
  silent: stageKind(silent, silentStage, ({ fraction, ...stage }, { champion, candidate }) => ({
    ...stage,
    champion,
    shadows: [{ version: candidate, fraction }],
    ...byVerdict,
  })),
  canary: stageKind(canary, canaryStage, (stage, { champion, candidate }) => ({
    ...stage,
    champion,
    candidate,
    ...byVerdict,
  })),
  bandit: stageKind(bandit, banditStage, (stage, { champion, candidate }) => ({
    ...stage,
    arms: [champion, candidate],
    champion,
    ...byVerdict,
  })),
  single: stageKind(single, singleStage, (stage, { candidate }) => ({ ...stage, version: candidate })),
};
export type StageName = keyof typeof kinds;
export const stageNames = Object.keys(kinds) as StageName[];

/** The strategies that can be a stage. What a stage's end means is the rollout's to say: each carries out its own verdict. */
export const stageKinds: Readonly<Record<StageName, StageKind>> = kinds;

/** The settings of each kind of stage, by the strategy's name. */
export const stageSchemas = {
  silent: kinds.silent.schema.optional(),
  canary: kinds.canary.schema.optional(),
  bandit: kinds.bandit.schema.optional(),
  single: kinds.single.schema.optional(),
};
