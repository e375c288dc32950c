import { baselineArm, type Evidence, type VersionView } from '#contracts';
import { addArm, armInterval, totalOf, type RewardKind } from '#strategies';

/** What is known of one version over the whole rollout: as primary, else as a shadow. Null where it has had no request. */
export function evidenceOf(version: string, evidence: Evidence | null, reward: RewardKind): VersionView['evidence'] {
  const whole = totalOf(evidence, version);
  addArm(whole, totalOf(evidence, baselineArm(version)));
  const { version: _, ...arm } = whole;
  if (arm.requests > 0) return { ...arm, ...armInterval(arm, reward) };
  const pair = evidence?.pairs.find(({ shadow }) => shadow === version);
  if (pair === undefined || pair.requests === 0) return null;
  const { requests, errors, scored, shadowSum } = pair;
  // Squares of a shadow's own rewards are not kept: they are its rewards themselves where those are 0 or 1, else there is no interval.
  const known = { scored, sum: shadowSum, sumSquares: shadowSum };
  const interval =
    reward.kind === 'real'
      ? { mean: scored === 0 ? null : shadowSum / scored, lower: null, upper: null }
      : armInterval(known, reward);
  return { requests, errors, units: requests, errorSum: errors, ...known, ...interval };
}
