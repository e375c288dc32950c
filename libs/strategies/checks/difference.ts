import type { Check, Evidence } from '#contracts';
import type { RewardKind } from '../reward.js';
import { rewardDifference } from '../reward-difference.js';
import { figure, signed } from '../words.js';

/**
 * Non-inferiority of the candidate's rewards: `pass` once the lower bound of (candidate − champion) is above −margin, `fail` once the upper bound is
 * under it, `wait` in between. A minimised reward is turned round first, so that more is always better.
 */
export function differenceCheck(question: {
  evidence: Evidence | null;
  candidate: string;
  champion: string;
  reward: RewardKind;
  alpha: number;
  margin: number;
  tuning: number;
}): Check {
  const { candidate, champion, margin } = question;
  const { lower, upper, estimate } = rewardDifference(question);
  const outcome = lower > -margin ? 'pass' : upper < -margin ? 'fail' : 'wait';
  const better = question.reward.goal === 'minimise' ? ' (less is better: turned round)' : '';
  const numbers =
    estimate === null
      ? `no truth for both ${candidate} and ${champion} yet`
      : `reward of ${candidate} − ${champion}: ${signed(estimate)}, between ${signed(lower)} and ${signed(upper)}${better}`;
  const words = {
    pass: `no worse by more than ${figure(margin)}`,
    fail: `worse by more than ${figure(margin)}`,
    wait: `must be shown to be above ${signed(-margin)}`,
  };
  return {
    name: 'reward',
    version: candidate,
    outcome,
    ...(estimate === null ? {} : { value: estimate }),
    ...(Number.isFinite(lower) ? { lower, upper } : {}),
    threshold: -margin,
    detail: `${numbers}; ${words[outcome]}`,
  };
}
