import { type ArmEvidence, type BucketEvidence, delaySpans, type Evidence, type HealthEvidence, type ModelEvidence, type PairEvidence, type StepEvidence } from '#contracts'; // prettier-ignore
import type { StepFacts } from '#database';
import { armOf, foldStep, stepsApart } from '#strategies';

export interface ArmOfStep {
  readonly step: number;
  readonly arm: ArmEvidence;
}

export interface EvidenceParts {
  readonly endpoint: string;
  readonly rollout: number;
  readonly seq: number;
  readonly at: number;
  readonly lagSeconds: number;
  readonly missing: 'drop' | 'default';
  /** Steps that have had a plan or have rows. */
  readonly steps: readonly number[];
  readonly arms: readonly ArmOfStep[];
  readonly pairs: readonly PairEvidence[];
  /** Absent where none are kept. */
  readonly buckets?: BucketEvidence[] | undefined;
  readonly models?: ModelEvidence[] | undefined;
  readonly health?: HealthEvidence[] | undefined;
  readonly factsOf: (step: number) => Pick<StepFacts, 'arms' | 'from'> & Partial<Pick<StepFacts, 'contextual'>>;
}

/**
 * Puts a snapshot together. Every version with a weight, and every slice that is counted by itself, is there, with zeros where it has no rows. Of many steps the newest are
 * told apart; the older ones are added up by version into one entry.
 */
export function assembleEvidence(parts: EvidenceParts): Evidence {
  const { endpoint, rollout, seq, at, lagSeconds, missing, factsOf } = parts;
  const armsByStep = Map.groupBy(parts.arms, ({ step }) => step);
  const numbers = [...new Set([...parts.steps, ...armsByStep.keys()])].sort((a, b) => a - b);
  const all = numbers.map((step): StepEvidence => {
    const { arms: weights, from, contextual } = factsOf(step);
    // Where each request had shares of its own, no counts can be expected of the plan's.
    return {
      step,
      from,
      weights: contextual === true ? {} : weights,
      arms: completeArms(armsByStep.get(step) ?? [], Object.keys(weights)),
    };
  });
  return {
    endpoint,
    rollout,
    seq,
    at,
    steps: [...folded(all.slice(0, -stepsApart)), ...all.slice(-stepsApart)],
    pairs: [...parts.pairs].sort((a, b) => compare(a.champion + a.shadow, b.champion + b.shadow)),
    ...(parts.buckets === undefined ? {} : { buckets: parts.buckets }),
    missing,
    ...(parts.models === undefined ? {} : { models: parts.models }),
    ...(parts.health === undefined || parts.health.length === 0 ? {} : { health: parts.health }),
    lagSeconds,
  };
}

function completeArms(known: readonly ArmOfStep[], versions: readonly string[]): ArmEvidence[] {
  const byVersion = new Map(versions.map((version) => [version, emptyArm(version)]));
  for (const { arm } of known) byVersion.set(arm.version, arm);
  return [...byVersion.values()].sort((a, b) => compare(a.version, b.version));
}

function folded(steps: readonly StepEvidence[]): StepEvidence[] {
  const sum = steps.reduce<StepEvidence | undefined>((before, step) => foldStep(before, step), undefined);
  return sum === undefined ? [] : [{ ...sum, arms: sum.arms.sort((a, b) => compare(a.version, b.version)) }];
}

const emptyArm = (version: string): ArmEvidence => ({
  ...armOf(undefined, version),
  joined: 0,
  delays: new Array<number>(delaySpans).fill(0),
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
