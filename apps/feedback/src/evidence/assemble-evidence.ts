import { type ArmEvidence, type BucketEvidence, delaySpans, type Evidence, type HealthEvidence, type ModelEvidence, type PairEvidence, type StepEvidence } from '#contracts'; // prettier-ignore
import type { StepFacts } from '#database';

/** Steps that are told apart; what came before them is one entry. */
export const stepsApart = 64;

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
 * told apart; the older ones are added up by version into one entry that carries the newest of their numbers and no weights,
 * so that no sample ratio is asked of it.
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
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return [];
  const sums = new Map<string, ArmEvidence>();
  for (const arm of steps.flatMap(({ arms }) => arms)) {
    sums.set(arm.version, added(sums.get(arm.version) ?? emptyArm(arm.version), arm));
  }
  const arms = [...sums.values()].sort((a, b) => compare(a.version, b.version));
  return [{ step: last.step, from: first.from, weights: {}, arms }];
}

const emptyArm = (version: string): ArmEvidence => ({
  version,
  requests: 0,
  errors: 0,
  units: 0,
  errorSum: 0,
  scored: 0,
  sum: 0,
  sumSquares: 0,
  joined: 0,
  delays: new Array<number>(delaySpans).fill(0),
});

const added = (a: ArmEvidence, b: ArmEvidence): ArmEvidence => ({
  version: a.version,
  requests: a.requests + b.requests,
  errors: a.errors + b.errors,
  units: a.units + b.units,
  errorSum: a.errorSum + b.errorSum,
  scored: a.scored + b.scored,
  sum: a.sum + b.sum,
  sumSquares: a.sumSquares + b.sumSquares,
  joined: (a.joined ?? 0) + (b.joined ?? 0),
  delays: (a.delays ?? []).map((count, span) => count + (b.delays?.[span] ?? 0)),
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
