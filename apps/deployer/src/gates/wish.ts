import type { AllocationEntry, TrafficPlan } from '#contracts';
import { isInForce, type Outcome } from '../rollouts/evaluate.js';
import type { Wish } from './gate.js';

/** The version with all of the traffic, undefined where several share it. */
export const soleVersion = ({ allocation }: { readonly allocation: readonly AllocationEntry[] }): string | undefined =>
  allocation.find(({ weight }) => weight === 1)?.version;

/** What the strategy wants to move towards a candidate; undefined: nothing, or a way back. */
export function wishOf({ draft, status, verdict }: Outcome, plan: TrafficPlan): Wish | undefined {
  if (isInForce(draft, plan) || status === 'paused' || status === 'failed') return undefined;
  const { step } = plan;
  const sole = soleVersion(draft);
  if (sole !== undefined && sole !== plan.fallback && sole !== soleVersion(plan)) {
    return { kind: 'promotion', version: sole, step };
  }
  if (verdict.outcome !== 'advance') return undefined;
  return { kind: 'advance', version: verdict.version ?? draft.allocation[0]?.version ?? '', step };
}
