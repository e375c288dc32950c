import type { ArmEvidence, Check, Evidence } from '#contracts';
import { figure, span } from '../words.js';

/** Whether each arm has enough scored units: it waits for the one that has the fewest. */
export function minimumSampleCheck(arms: readonly ArmEvidence[], minimum: number, where = 'in this step'): Check {
  const least = arms.reduce((a, b) => (b.scored < a.scored ? b : a));
  const enough = least.scored >= minimum;
  return {
    name: 'min-samples',
    version: least.version,
    outcome: enough ? 'pass' : 'wait',
    value: least.scored,
    threshold: minimum,
    detail: enough
      ? `each version has at least ${figure(minimum)} scored units ${where}`
      : `${least.version} has ${figure(least.scored)} of ${figure(minimum)} scored units ${where}`,
  };
}

/** Whether a time is over. */
export function elapsedCheck({
  name,
  since,
  needed,
  now,
}: {
  name: string;
  since: number;
  needed: number;
  now: number;
}): Check {
  const elapsed = Math.max(0, now - since);
  const over = elapsed >= needed;
  return {
    name,
    outcome: over ? 'pass' : 'wait',
    value: elapsed / 1000,
    threshold: needed / 1000,
    detail: over ? `${span(needed)} are over` : `${span(elapsed)} of ${span(needed)}`,
  };
}

/** While the log lags behind by more than allowed, what is known is too old to advance on. Absent where any lag is allowed. */
export function lagCheck(evidence: Evidence | null, maxLag: number | undefined): Check[] {
  if (maxLag === undefined || evidence === null) return [];
  const behind = evidence.lagSeconds * 1000 > maxLag;
  return [
    {
      name: 'lag',
      outcome: behind ? 'wait' : 'pass',
      value: evidence.lagSeconds,
      threshold: maxLag / 1000,
      detail: behind
        ? `the prediction log is ${span(evidence.lagSeconds * 1000)} behind (allowed ${span(maxLag)})`
        : 'the prediction log keeps up',
    },
  ];
}

/** No traffic, no verdict: says so in words where a version has had no request at all. */
export function trafficCheck(arms: readonly ArmEvidence[], where = 'in this step'): Check {
  const without = arms.filter((arm) => arm.requests === 0).map((arm) => arm.version);
  return {
    name: 'traffic',
    outcome: without.length === 0 ? 'pass' : 'wait',
    value: arms.reduce((sum, arm) => sum + arm.requests, 0),
    detail: without.length === 0 ? `requests came ${where}` : `no request for ${without.join(' and ')} ${where} yet`,
  };
}
