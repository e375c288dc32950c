import { addToLinearModel, emptyLinearModel, type LinearModel, type RewardSums } from '#bandits';
import {
  armWeights,
  type ArmEvidence,
  type Evidence,
  type HealthEvidence,
  type PairEvidence,
  type StepEvidence,
} from '#contracts';
import { armOf, emptyPair, foldStep, stepsApart, type PlanDraft } from '#strategies';
import { TimeBuckets } from './time-buckets.js';

/** The evidence of one rollout while it grows: by assignment, per step, with a pair for every shadow. */
export class EvidenceBook {
  private readonly steps: StepEvidence[] = [];
  private folded: StepEvidence | undefined;
  private readonly arms = new Map<string, ArmEvidence>();
  private readonly pairs = new Map<string, PairEvidence>();
  /** Filled where a plan asks for them. */
  readonly buckets = new TimeBuckets();
  private readonly models = new Map<string, LinearModel>();
  private readonly versions = new Set<string>();
  private seq = 0;

  /** @param missing what becomes of requests without truth: `truth.missing` of the manifest */
  constructor(
    private readonly endpoint: string,
    private readonly missing: 'drop' | 'default' = 'drop',
  ) {}

  /** Makes sure that the plan's step is there. @param at ms */
  begin(plan: PlanDraft, at: number): void {
    if (this.steps.at(-1)?.step === plan.step) return;
    const weights = armWeights(plan);
    for (const { version } of [...plan.allocation, ...plan.shadows]) this.versions.add(version);
    const arms = Object.keys(weights)
      .sort()
      .map((version) => armOf(undefined, version));
    for (const arm of arms) this.arms.set(keyOf(plan.step, arm.version), arm);
    // As in the evidence that feedback publishes: nothing can be expected of shares that each request had for itself.
    this.steps.push({ step: plan.step, from: at, weights: plan.contextual === undefined ? weights : {}, arms });
    if (this.steps.length > stepsApart) this.fold();
  }

  /** What is known of a version, or of its baseline, in a step; the step has begun. */
  arm(step: number, version: string): ArmEvidence {
    const arm = this.arms.get(keyOf(step, version));
    if (arm === undefined) throw new RangeError(`version "${version}" has no share of step ${step}`);
    return arm;
  }

  pair(champion: string, shadow: string): PairEvidence {
    const key = `${champion}/${shadow}`;
    const known = this.pairs.get(key);
    if (known !== undefined) return known;
    const pair = emptyPair(champion, shadow);
    this.pairs.set(key, pair);
    return pair;
  }

  /** Adds rewards of requests with these features to what is known of a version's model. */
  learn(version: string, features: readonly number[], sums: RewardSums): void {
    const model = this.models.get(version) ?? emptyLinearModel(features.length);
    this.models.set(version, addToLinearModel(model, features, sums));
  }

  /** All that is known; null before the first step. It changes when more is written. @param at ms */
  snapshot(at: number): Evidence | null {
    if (this.steps.length === 0) return null;
    const steps = this.folded === undefined ? this.steps : [this.folded, ...this.steps];
    const pairs = [...this.pairs.values()];
    const buckets = this.buckets.snapshot();
    const models = [...this.models].map(([version, { n: scored, gram, moments }]) => ({
      version,
      scored,
      gram: [...gram],
      moments: [...moments],
    }));
    const parts = {
      ...{ steps, pairs },
      ...(buckets.length === 0 ? {} : { buckets }),
      ...(models.length === 0 ? {} : { models }),
      missing: this.missing,
      health: [...this.versions].map((version) => healthy(version, at)),
    };
    return { endpoint: this.endpoint, rollout: 1, seq: ++this.seq, at, ...parts, lagSeconds: 0 };
  }

  /** Adds the oldest step to the entry of older ones; truth that comes for it later goes there. */
  private fold(): void {
    const oldest = this.steps.shift();
    if (oldest === undefined) return;
    this.folded = foldStep(this.folded, oldest);
    for (const { version } of oldest.arms) this.arms.set(keyOf(oldest.step, version), armOf(this.folded, version));
  }
}

/** Simulated requests do not drift, and nobody estimates anything of them: guardrails on estimates hold nothing here. */
const healthy = (version: string, at: number): HealthEvidence => ({
  version,
  at,
  inputs: { columns: 1, most: [{ name: 'x', psi: 0, pValue: 1 }] },
  answers: { name: 'answer', psi: 0, pValue: 1 },
  accuracy: { estimate: 1, standardError: 0 },
});

const keyOf = (step: number, version: string): string => `${step}/${version}`;
