import { posteriorMean, posteriorVariance, probabilityWithin, type Posterior } from '#bandits';
import type { Check } from '#contracts';
import { isBounded, type RewardKind } from '../reward.js';
import { figure, percent } from '../words.js';

/** Part of the posterior probability that must speak for the champion. */
const quantile = 0.95;

/** A difference of mean rewards that is not worth a change: part of the champion's mean, or in reward units. */
export type Indifference = { readonly relative: number } | { readonly absolute: number };

/** What a manifest that says nothing gets: 1 % of the mean; nothing for real-valued rewards, whose size nobody knows. */
export const defaultIndifference = (reward: RewardKind): Indifference | undefined =>
  isBounded(reward) ? { relative: 0.01 } : undefined;

/**
 * P(best − champion ≤ indifference): at or above 95 % the 95 % quantile of what keeping the champion costs (`valueRemaining`) is under
 * the indifference. Asked of the champion alone: asked of the leader it would be the rule P(best) ≥ 95 %, which crowns one of equal arms.
 * @param champion index among the posteriors; more is better
 * @returns null where an arm so plainly may be better that nobody needs the figure
 */
export function probabilityOfNothingLost(
  posteriors: readonly Posterior[],
  champion: number,
  indifference: Indifference,
): number | null {
  const kept = posteriors[champion];
  if (kept === undefined || posteriors.some((other) => other !== kept && mayBeBetter(other, kept, indifference))) {
    return null;
  }
  const relative = 'relative' in indifference;
  const difference = relative ? indifference.relative : indifference.absolute;
  return probabilityWithin({ posteriors, champion, difference, relative });
}

/** Whether an arm by itself is better by more than the indifference with a probability of about a sixth or more: far from the 5 % asked for. */
function mayBeBetter(other: Posterior, kept: Posterior, indifference: Indifference): boolean {
  const factor = 'relative' in indifference ? 1 + indifference.relative : 1;
  const shift = 'relative' in indifference ? 0 : indifference.absolute;
  const distance = posteriorMean(other) - factor * posteriorMean(kept) - shift;
  return distance > -Math.sqrt(posteriorVariance(other) + factor ** 2 * posteriorVariance(kept));
}

/** The economic stop, in words. It has no error level: how often it lets a better arm go is in the documentation. */
export function indifferenceCheck(champion: string, indifference: Indifference, probability: number | null): Check {
  const amount = 'relative' in indifference ? percent(indifference.relative) : figure(indifference.absolute);
  const met = probability !== null && probability >= quantile;
  const kept = `keeping ${champion} costs at most ${amount} of reward`;
  return {
    name: 'indifference',
    version: champion,
    outcome: met ? 'pass' : 'wait',
    ...(probability === null ? {} : { value: probability }),
    threshold: quantile,
    detail: met
      ? `${kept} with probability ${percent(probability)}: an economic stop, without error level`
      : probability === null
        ? `another arm may be better than ${champion} by more than ${amount}`
        : `${kept} with probability ${percent(probability)}, needs ${percent(quantile)}`,
  };
}
