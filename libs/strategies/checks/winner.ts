import type { Check, Evidence } from '#contracts';
import { generalizedLikelihoodRatio, winnerThreshold } from '#stats';
import { armInterval } from '../arm-interval.js';
import { countsOf, isBounded, oriented, type RewardKind } from '../reward.js';
import { totalOf } from '../step-evidence.js';
import { figure } from '../words.js';

interface Question {
  readonly evidence: Evidence | null;
  /** The arms in the race, and how many there were at its start. */
  readonly arms: readonly string[];
  readonly all: readonly string[];
  readonly reward: RewardKind;
  /** Error level over all looks. */
  readonly alpha: number;
}

/**
 * Whether one arm is confirmed as the best, whatever the allocation did. Rewards in [0, 1]: generalised likelihood ratio (Garivier, Kaufmann 2016);
 * real-valued ones: the leader's confidence sequence lies above all others', at alpha/K each. Arms that were cut off for their errors have left the race;
 * K still counts them.
 */
export function winnerCheck(question: Question): { leader: string | null; confirmed: boolean; check: Check } {
  const arms = question.arms.map((arm) => oriented(totalOf(question.evidence, arm), question.reward));
  const means = arms.map((arm) => (arm.scored === 0 ? -Infinity : arm.sum / arm.scored));
  const best = means.indexOf(Math.max(...means));
  const leader = (means[best] ?? -Infinity) === -Infinity ? null : (arms[best]?.version ?? null);
  const { value, threshold, how } = isBounded(question.reward) ? byRatio(question) : bySeparation(question, best);
  const confirmed = leader !== null && value !== undefined && value >= threshold;
  const words =
    leader === null
      ? 'no arm has a reward yet'
      : confirmed
        ? `${leader} is confirmed as the best`
        : `${leader} leads, and is not confirmed`;
  return {
    leader,
    confirmed,
    check: {
      name: 'winner',
      ...(leader === null ? {} : { version: leader }),
      outcome: confirmed ? 'pass' : 'wait',
      ...(value === undefined ? {} : { value }),
      threshold,
      detail: value === undefined ? words : `${words}: ${how} ${figure(value)}, needs ${figure(threshold)}`,
    },
  };
}

interface Measured {
  readonly value?: number;
  readonly threshold: number;
  readonly how: string;
}

function byRatio({ evidence, arms, all, reward, alpha }: Question): Measured {
  const counts = (names: readonly string[]) => names.map((arm) => countsOf(oriented(totalOf(evidence, arm), reward)));
  const trials = counts(all).reduce((sum, { trials: n }) => sum + n, 0);
  const { statistic } = generalizedLikelihoodRatio(counts(arms));
  return { value: statistic, threshold: winnerThreshold({ trials, arms: all.length, alpha }), how: 'likelihood ratio' };
}

function bySeparation({ evidence, arms, all, reward, alpha }: Question, best: number): Measured {
  const intervals = arms.map((arm) =>
    armInterval(oriented(totalOf(evidence, arm), reward), { ...reward, goal: 'maximise' }, alpha / all.length),
  );
  const lower = intervals[best]?.lower ?? null;
  const uppers = intervals.filter((_, i) => i !== best).map(({ upper }) => upper);
  const known = uppers.filter((upper) => upper !== null);
  const how = 'distance between its interval and the next';
  if (lower === null || known.length < uppers.length) return { threshold: 0, how };
  return { value: lower - Math.max(...known), threshold: 0, how };
}
