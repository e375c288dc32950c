import { policyNamed, withFloor, type ArmStatistics, type PreparedPolicy } from '#bandits';
import type { Evidence } from '#contracts';
import { policyParts, type BanditSpec, type BanditState } from './bandit-spec.js';
import { isBounded, type RewardKind } from './reward.js';
import { armOf, totalOf } from './step-evidence.js';

/** Shares are changed when one moves by as much: less is noise, and each change is a plan and a step of its own. */
const leastChange = 0.01;

/** The arms that still get traffic. */
export const activeArms = (spec: BanditSpec, state: Pick<BanditState, 'cutOff'>): string[] =>
  spec.arms.filter((arm) => state.cutOff[arm] === undefined);

/** The policy in force, with its options as the endpoint's rewards ask. */
export function policyOf(spec: BanditSpec, reward: RewardKind): PreparedPolicy & { name: string } {
  const { name, options } = policyParts(spec.policy ?? (spec.mode === 'decide' ? 'top-two-thompson' : 'thompson'));
  return { name, ...policyNamed(name).prepare({ ...options, ...rewardOptions(reward) }) };
}

/** P(best) of each active arm by default priors: shown, and gates nothing. */
export function bestProbabilities(arms: readonly string[], evidence: Evidence | null, reward: RewardKind): number[] {
  return policyNamed('thompson').allocate({ arms: statistics(arms, evidence), options: rewardOptions(reward) });
}

/** Even shares. */
export const evenWeights = (arms: readonly string[]): Record<string, number> =>
  Object.fromEntries(arms.map((arm) => [arm, 1 / arms.length]));

/** What the shares should be now: even until every arm has its burn-in, then the policy's, each at least the floor. */
export function wantedWeights(
  spec: BanditSpec,
  arms: readonly string[],
  { evidence, reward, now }: { evidence: Evidence | null; reward: RewardKind; now: number },
): Record<string, number> {
  const known = statistics(arms, evidence);
  if (arms.length < 2 || known.some((arm) => arm.n < spec.burnIn)) return evenWeights(arms);
  const shares = withFloor(policyOf(spec, reward).allocate(known, now), spec.floor);
  return Object.fromEntries(arms.map((arm, i) => [arm, shares[i] ?? 0]));
}

/** Whether the shares have moved enough for a new plan. */
export function differs(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): boolean {
  const arms = Object.keys({ ...before, ...after });
  return arms.some((arm) => {
    const [old, fresh] = [before[arm] ?? 0, after[arm] ?? 0];
    return Math.abs(old - fresh) >= leastChange || old > 0 !== fresh > 0;
  });
}

const rewardOptions = (reward: RewardKind) => ({ rewards: isBounded(reward) ? 'bounded' : 'real', goal: reward.goal });

/** Sums by arm; steps are the time buckets of policies that forget. */
function statistics(arms: readonly string[], evidence: Evidence | null): ArmStatistics[] {
  return arms.map((version) => {
    const { scored, sum, sumSquares } = totalOf(evidence, version);
    const buckets = (evidence?.steps ?? []).map((step) => {
      const arm = armOf(step, version);
      return { from: step.from, n: arm.scored, sum: arm.sum, sumSquares: arm.sumSquares };
    });
    return { version, n: scored, sum, sumSquares, buckets };
  });
}
