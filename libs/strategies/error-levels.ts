/**
 * The error level of a rollout is shared, so that all its false verdicts together keep to it. Errors are few and
 * their e-values grow by factors, so a fifth is enough for them; it costs the comparison of rewards 4 % of its sample.
 */
export const errorShare = 0.2;

/** What is left for the comparison of rewards. */
export const rewardShare = 1 - errorShare;

/**
 * Part of the level that is left for the set of arms in force, after so many changes of the set: .9, .09, .009, … Each set is a question of its own, and all
 * of them together keep to the level. To a rollout whose arms never change the reserve costs 1 % of its sample.
 */
export const levelAfter = (changes: number): number => 0.9 * 0.1 ** changes;

/** A guardrail on latency has requests in plenty, long before the truth comes: a tenth is enough. */
const latencyShare = 0.1;

/** The level's parts, where latency is watched too: errors have theirs, and rewards what is left. */
export function shareLevel(
  alpha: number,
  { latency }: { latency: boolean },
): { errors: number; latency: number; rewards: number } {
  const forLatency = latency ? latencyShare : 0;
  return { errors: alpha * errorShare, latency: alpha * forLatency, rewards: alpha * (rewardShare - forLatency) };
}
