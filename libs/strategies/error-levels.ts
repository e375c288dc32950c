/**
 * The error level of a rollout is shared, so that all its false verdicts together keep to it. Errors are few and
 * their e-values grow by factors, so a fifth is enough for them; it costs the comparison of rewards 4 % of its sample.
 */
export const errorShare = 0.2;

/** What is left for the comparison of rewards. */
export const rewardShare = 1 - errorShare;
