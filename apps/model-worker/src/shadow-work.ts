import { Injectable } from '@nestjs/common';
import type { TrafficPlan } from '#contracts';
import { PlansView } from '#kafka';

/** Long enough that a fetch brings dozens of requests under load; a request that names the version itself may wait as long. */
const longestGatherMs = 100;

/** Work of versions that only watch: it comes in portions, so that it takes little from those who answer. */
@Injectable()
export class ShadowWork {
  constructor(private readonly plans: PlansView) {}

  /** How long a version's work may gather before the next is fetched, in ms: 0 where it may be an answer that somebody waits for. */
  gatherMs(endpoint: string, version: string): number {
    const plan = this.plans.get(endpoint);
    if (plan === undefined || !watchesOnly(plan, version)) return 0;
    // Nearly all of the time until the deadline is left.
    return Math.min(longestGatherMs, plan.timeoutMs / 20);
  }
}

function watchesOnly(plan: TrafficPlan, version: string): boolean {
  const answers =
    plan.fallback === version ||
    plan.allocation.some((entry) => entry.version === version && entry.weight > 0) ||
    (plan.rules ?? []).some((rule) => rule.version === version);
  return !answers && plan.shadows.some((shadow) => shadow.version === version);
}
