import { versionsOfPlan, type TrafficPlan, type Verdict } from '#contracts';
import { mainVersion } from './make-plan.js';

/** Living workers that have a version loaded. */
type WorkersOf = (version: string) => number;

/**
 * Versions that a plan would give traffic to for the first time while no worker has them loaded, and another one serves meanwhile. Until they
 * are loaded the plan in force stays: else their share of requests would count as their errors. Where nobody serves there is nothing to lose,
 * and a way back, to the fallback, is never kept waiting.
 *
 * @param inForce what the routers execute; undefined: nothing
 */
export function notLoadedYet(plan: TrafficPlan, inForce: TrafficPlan | undefined, workersOf: WorkersOf): string[] {
  if (plan.deleted === true || inForce === undefined || inForce.deleted === true) return [];
  const main = mainVersion(inForce);
  if (main === undefined || workersOf(main) === 0) return [];
  const known = versionsOfPlan(inForce);
  return plan.allocation
    .filter(
      ({ version, weight }) =>
        weight > 0 && version !== plan.fallback && !known.has(version) && workersOf(version) === 0,
    )
    .map(({ version }) => version);
}

/** A verdict on a plan that is kept back for these versions: it says so, with a check for each. @param failureOf why one cannot be loaded */
export function waitingToBeLoaded(
  verdict: Verdict,
  versions: readonly string[],
  failureOf: (version: string) => string | undefined,
): Verdict {
  if (versions.length === 0) return verdict;
  const waitsFor = [`a worker that has loaded ${versions.join(', ')}`, ...(verdict.waitsFor === undefined ? [] : [verdict.waitsFor])]; // prettier-ignore
  const checks = versions.map((version) => {
    const failure = failureOf(version);
    const why = failure === undefined ? '' : `, which cannot be loaded: ${failure}`;
    const detail = `until a worker has loaded ${version}${why}, the plan in force stays`;
    return { name: 'loaded', version, outcome: 'wait' as const, detail };
  });
  return { ...verdict, waitsFor: waitsFor.join('; '), checks: [...checks, ...verdict.checks] };
}
