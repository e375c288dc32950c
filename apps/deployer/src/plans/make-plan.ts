import { isDeepStrictEqual } from 'node:util';
import type { TrafficPlan } from '#contracts';
import type { Manifest } from '#manifests';
import type { PlanDraft } from '#strategies';

interface Numbers {
  readonly revision: number;
  readonly epoch: number;
  readonly rollout: number;
  /** Pins: an operator's, carried from plan to plan. */
  readonly rules?: TrafficPlan['rules'];
  /** ms since 1970. */
  readonly at: number;
}

/** The plan that a strategy's draft and a manifest make. The salt is the rollout's, so that within it nobody changes sides but by the weights. */
export function makePlan(manifest: Manifest, draft: PlanDraft, numbers: Numbers): TrafficPlan {
  const { revision, epoch, rollout, at, rules } = numbers;
  const { timeout, kafkaDeadline } = manifest.envelope.spec;
  return {
    endpoint: manifest.name,
    revision,
    epoch,
    rollout,
    step: draft.step,
    allocation: draft.allocation,
    ...(draft.baseline === undefined ? {} : { baseline: draft.baseline }),
    shadows: draft.shadows,
    assignment: draft.assignment,
    salt: `${manifest.name}/${rollout}`,
    fallback: draft.fallback,
    timeoutMs: Math.max(1, Math.round(timeout)),
    ...(draft.bucketMs === undefined ? {} : { bucketMs: draft.bucketMs }),
    ...(draft.contextual === undefined ? {} : { contextual: draft.contextual }),
    ...(kafkaDeadline === undefined ? {} : { kafkaDeadlineMs: Math.max(1, Math.round(kafkaDeadline)) }),
    ...(rules === undefined || rules.length === 0 ? {} : { rules }),
    at,
  };
}

/** The same plan with a greater epoch, now by the database's word alone. */
export function renumbered(plan: TrafficPlan, numbers: { readonly epoch: number; readonly at: number }): TrafficPlan {
  const { origin: _, author: __, ...rest } = plan;
  return { ...rest, ...numbers };
}

/** What a strategy decided of a plan. */
export function draftOf(plan: TrafficPlan): PlanDraft {
  const { step, allocation, baseline, shadows, assignment, fallback, bucketMs, contextual } = plan;
  return {
    ...{ step, allocation, shadows, assignment, fallback },
    ...(baseline === undefined ? {} : { baseline }),
    ...(bucketMs === undefined ? {} : { bucketMs }),
    ...(contextual === undefined ? {} : { contextual }),
  };
}

/** A draft whose fallback has left the manifest falls back to the version that most of the traffic goes to. */
export function withListedFallback(draft: PlanDraft, manifest: Manifest): PlanDraft {
  const isListed = manifest.envelope.spec.versions.some(({ name }) => name === draft.fallback);
  return isListed ? draft : { ...draft, fallback: mainVersion(draft) ?? draft.fallback };
}

/** Whether two plans say the same, whatever their epoch and time. */
export function sameButNumber(a: TrafficPlan, b: TrafficPlan): boolean {
  return isDeepStrictEqual({ ...a, epoch: 0, at: 0 }, { ...b, epoch: 0, at: 0 });
}

/** The version that most of the traffic goes to. */
export const mainVersion = (plan: Pick<TrafficPlan, 'allocation'>): string | undefined =>
  plan.allocation.reduce<{ version?: string; weight: number }>((a, b) => (b.weight > a.weight ? b : a), { weight: 0 })
    .version;
