import {
  negatePriors,
  policyNamed,
  posteriorOfArm,
  rewardOptions,
  withFloor,
  type ArmStatistics,
  type Posterior,
  type PreparedPolicy,
} from '#bandits';
import type { Evidence } from '#contracts';
import { policyParts, type BanditSpec, type BanditState } from './bandit-spec.js';
import { isBounded, oriented, type RewardKind } from './reward.js';
import { totalOf } from './step-evidence.js';

/** Shares are changed when one moves by as much: less is noise, and each change is a plan and a step of its own. */
const leastChange = 0.01;

/** The arms that still get traffic. */
export const activeArms = (spec: BanditSpec, state: Pick<BanditState, 'cutOff'>): string[] =>
  spec.arms.filter((arm) => state.cutOff[arm] === undefined);

/** The policy in force, with its options as the endpoint's rewards ask. */
export function policyOf(spec: BanditSpec, reward: RewardKind): PreparedPolicy & { name: string } {
  const { name, options } = policyParts(spec.policy ?? (spec.mode === 'decide' ? 'top-two-thompson' : 'thompson'));
  return { name, ...policyNamed(name).prepare({ ...options, ...kindOf(reward) }) };
}

/** What is believed of the arms' mean rewards, turned so that more is better, by the policy's priors. Of all there is: nothing is forgotten. */
export function posteriorsOf(
  spec: BanditSpec,
  arms: readonly string[],
  { evidence, reward }: { evidence: Evidence | null; reward: RewardKind },
): Posterior[] {
  const { prior, realPrior } = policyParts(spec.policy ?? '').options;
  const given = rewardOptions.parse({ prior, realPrior, ...kindOf(reward) });
  const options = reward.goal === 'minimise' ? negatePriors(given) : given;
  return arms.map((arm) => {
    const { scored: n, sum, sumSquares } = oriented(totalOf(evidence, arm), reward);
    return posteriorOfArm({ n, sum, sumSquares }, options);
  });
}

/** Even shares. */
export const evenWeights = (arms: readonly string[]): Record<string, number> =>
  Object.fromEntries(arms.map((arm) => [arm, 1 / arms.length]));

/** Whether every one of these arms has its burn-in. */
export const areBurntIn = ({ burnIn }: BanditSpec, arms: readonly string[], evidence: Evidence | null): boolean =>
  arms.every((arm) => totalOf(evidence, arm).scored >= burnIn);

/**
 * What the shares should be now: an even one for each arm that does not have its burn-in yet, and what is left is shared by the policy, to each at
 * least the floor.
 */
export function wantedWeights(
  spec: BanditSpec,
  arms: readonly string[],
  { evidence, reward, now }: { evidence: Evidence | null; reward: RewardKind; now: number },
): Record<string, number> {
  const weights = evenWeights(arms);
  const known = statistics(arms, evidence).filter(({ n }) => n >= spec.burnIn);
  if (known.length < 2) return weights;
  const left = known.length / arms.length;
  const shares = withFloor(policyOf(spec, reward).allocate(known, now), spec.floor / left);
  for (const [i, { version }] of known.entries()) weights[version] = left * (shares[i] ?? 0);
  return weights;
}

/** Whether the shares have moved enough for a new plan. */
export function differs(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): boolean {
  const arms = Object.keys({ ...before, ...after });
  return arms.some((arm) => {
    const [old, fresh] = [before[arm] ?? 0, after[arm] ?? 0];
    return Math.abs(old - fresh) >= leastChange || old > 0 !== fresh > 0;
  });
}

const kindOf = (reward: RewardKind) => ({ rewards: isBounded(reward) ? 'bounded' : 'real', goal: reward.goal });

/** Sums by arm, with the time buckets that policies that forget look at. */
function statistics(arms: readonly string[], evidence: Evidence | null): ArmStatistics[] {
  return arms.map((version) => {
    const { scored, sum, sumSquares } = totalOf(evidence, version);
    const buckets = (evidence?.buckets ?? []).flatMap(({ from, arms: parts }) =>
      parts.filter((part) => part.version === version).map((part) => ({ ...part, from, n: part.scored })),
    );
    return { version, n: scored, sum, sumSquares, buckets };
  });
}
