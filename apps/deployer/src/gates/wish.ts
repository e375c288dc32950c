import { soleVersionOf, type TrafficPlan } from '#contracts';
import { isInForce, type Outcome } from '../rollouts/evaluate.js';
import type { Wish } from './gate.js';

/** What the strategy wants to move towards a candidate; undefined: nothing, or a way back. */
export function wishOf({ draft, status, verdict }: Outcome, plan: TrafficPlan): Wish | undefined {
  if (isInForce(draft, plan) || status === 'paused' || status === 'failed') return undefined;
  const { step } = plan;
  const sole = soleVersionOf(draft);
  if (sole !== undefined && sole !== plan.fallback && sole !== soleVersionOf(plan)) {
    return { kind: 'promotion', version: sole, step };
  }
  if (verdict.outcome !== 'advance') return undefined;
  return { kind: 'advance', version: verdict.version ?? draft.allocation[0]?.version ?? '', step };
}
