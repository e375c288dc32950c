import type { Evidence } from '#contracts';
import { armOf } from './step-evidence.js';

/** How fast a version gets scored units. */
export interface TruthPace {
  /** Scored units of the rollout so far; of a shadow: pairs. */
  readonly scored: number;
  /** Scored units that come in a millisecond with its present share of the traffic; 0: none came so far. */
  readonly perMs: number;
  /** Of a shadow: pairs with different rewards, which alone say anything. */
  readonly unequal?: number;
}

/**
 * How fast truth comes for a version: what came in the steps whose shares are known, for the time and the share it had there, at the share that it has
 * now. Truth of the newest requests is still under way, so that a young rollout is slower than it will be. Undefined for one without a share.
 */
export function truthPace(evidence: Evidence | null, version: string, now: number): TruthPace | undefined {
  if (evidence === null) return undefined;
  const pair = evidence.pairs.find(({ shadow }) => shadow === version);
  const [first] = evidence.steps;
  if (pair !== undefined && first !== undefined) {
    const { scored, better, worse } = pair;
    return { scored, perMs: scored / age(first.from, now), unequal: better + worse };
  }
  let [scored, scoredByShare, exposure] = [0, 0, 0];
  for (const [index, step] of evidence.steps.entries()) {
    const own = armOf(step, version).scored;
    scored += own;
    const weight = step.weights[version] ?? 0;
    if (weight === 0) continue;
    scoredByShare += own;
    exposure += weight * age(step.from, evidence.steps[index + 1]?.from ?? now);
  }
  const weight = evidence.steps.at(-1)?.weights[version] ?? 0;
  if (weight === 0) return undefined;
  return { scored, perMs: (weight * scoredByShare) / exposure };
}

/** Clocks of two services may differ: never nothing, never less. */
const age = (from: number, until: number): number => Math.max(1, until - from);
