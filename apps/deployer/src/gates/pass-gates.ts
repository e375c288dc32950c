import type { Check, RolloutPolicy, TrafficPlan } from '#contracts';
import { draftOf } from '../plans/make-plan.js';
import type { Outcome } from '../rollouts/evaluate.js';
import type { Rollout } from '../store/standing.js';
import { gates } from './index.js';
import { wishOf } from './wish.js';

/** A rollout as far as gates look at it. */
export type Gated = Pick<Rollout, 'state' | 'status' | 'approvedStep' | 'startedAt'>;

/**
 * What becomes of a strategy's wish at the gates. While one is closed the rollout stays as it is, its state too, so that the strategy is asked
 * afresh until all are open, and may change its mind; its verdict says what is waited for.
 */
export function passGates(
  outcome: Outcome,
  rollout: Gated,
  plan: TrafficPlan,
  policy: RolloutPolicy | undefined,
  now: number,
): Outcome {
  if (policy === undefined || outcome.status === 'failed' || outcome.status === 'paused') return outcome;
  const { approvedStep } = rollout;
  const wish = wishOf(outcome, plan);
  const input = { policy, wish, approvedStep, startedAt: rollout.startedAt.getTime(), now };
  const closed = gates.flatMap((gate) => {
    const answer = gate.ask(input);
    return answer === undefined ? [] : [{ name: gate.name, ...answer }];
  });
  if (closed.length === 0) return outcome;
  const checks = closed.map(({ name, detail }): Check => ({ name, outcome: 'wait', detail }));
  const waitsFor = closed.map((gate) => gate.waitsFor).join('; ');
  const verdict = { ...outcome.verdict, waitsFor, checks: [...outcome.verdict.checks, ...checks] };
  if (wish === undefined) return { ...outcome, verdict };
  return { ...outcome, draft: draftOf(plan), state: rollout.state, status: rollout.status, verdict };
}
