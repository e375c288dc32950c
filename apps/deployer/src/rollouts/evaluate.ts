import { isDeepStrictEqual } from 'node:util';
import type { Evidence, RolloutStatus, TrafficPlan, Verdict } from '#contracts';
import type { Manifest } from '#manifests';
import { findStrategy, type PlanDraft, type RegisteredStrategy } from '#strategies';
import { draftOf } from '../plans/make-plan.js';
import type { Rollout } from '../store/standing.js';

/** What has become of a rollout. */
export interface Outcome {
  readonly draft: PlanDraft;
  readonly state: unknown;
  readonly status: RolloutStatus;
  readonly verdict: Verdict;
  readonly evidenceSeq: number | null;
}

/** The strategy of this name. Throws where it is not registered any more. */
export function strategyNamed(name: string): RegisteredStrategy {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new Error(`strategy "${name}" is not registered in this version of Understudy`);
  return strategy;
}

/** Asks the rollout's strategy. While it is paused its verdict is shown, and nothing moves. */
export function evaluate(
  manifest: Manifest,
  rollout: Pick<Rollout, 'strategy' | 'spec' | 'state' | 'status'>,
  plan: TrafficPlan | undefined,
  evidence: Evidence | null,
  now: number,
): Outcome {
  const { assignment, maxLag } = manifest.envelope.spec;
  const { strategy, spec, state, status } = rollout;
  const evaluation = strategyNamed(strategy).evaluate({
    spec,
    state,
    evidence,
    now,
    reward: manifest.reward,
    maxLag,
    ...(assignment === undefined ? {} : { assignment }),
  });
  const { verdict } = evaluation;
  const evidenceSeq = evidence?.seq ?? null;
  if (status === 'paused' && plan !== undefined) {
    return {
      draft: draftOf(plan),
      state,
      status,
      verdict: { ...verdict, waitsFor: 'resume by an operator' },
      evidenceSeq,
    };
  }
  return { draft: evaluation.plan, state: evaluation.state, status: evaluation.status, verdict, evidenceSeq };
}

/** Whether a draft says the same as the plan in force. */
export const isInForce = (draft: PlanDraft, plan: TrafficPlan): boolean => isDeepStrictEqual(draft, draftOf(plan));

/** Whether anything but the numbers in the verdict has changed. */
export function moves(outcome: Outcome, rollout: Rollout, plan: TrafficPlan): boolean {
  return (
    outcome.status !== rollout.status ||
    outcome.verdict.outcome !== rollout.verdict?.outcome ||
    outcome.verdict.version !== rollout.verdict.version ||
    !isInForce(outcome.draft, plan) ||
    !isDeepStrictEqual(outcome.state, rollout.state)
  );
}
