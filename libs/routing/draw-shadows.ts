import type { TrafficPlan } from '#contracts';
import { compilePlan, type CompiledPlan } from './compile-plan.js';
import { hashToUnit } from './hash.js';

const none: readonly string[] = [];

/**
 * The shadow versions that see a request: those whose hash of `salt + "\0shadow\0" + version + "\0" + request id` is
 * below their fraction, which so is the probability of each draw. It depends neither on the assignment nor on the
 * other shadows.
 */
export function drawShadows(plan: TrafficPlan | CompiledPlan, requestId: string): readonly string[] {
  const { shadows } = compilePlan(plan);
  if (shadows.length === 0) return none;
  const drawn: string[] = [];
  for (const { version, fraction, prefix } of shadows) {
    if (fraction >= 1 || hashToUnit(prefix + requestId) < fraction) drawn.push(version);
  }
  return drawn;
}
