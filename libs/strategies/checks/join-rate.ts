import type { Check, Evidence, StepEvidence } from '#contracts';
import { sampleRatioAlarm } from '#stats';
import type { RewardKind } from '../reward.js';
import { armOf } from '../step-evidence.js';
import { figure } from '../words.js';
import { shareFactor, versionsWithShare } from './share-factor.js';

/**
 * Whether the versions get as many truths as each other, and as soon. If a truth comes whatever version answered, the unit that it is of was
 * assigned by the shares: each truth is one more draw, and the truths alone, in all and in each span of delay, are tested like a sample ratio,
 * which may be looked at always. No count of those still missing is needed. On an alarm the truths that are there are not those of all requests
 * (`missing: drop` is for labels that come whatever was answered), and no verdict may rest on them.
 *
 * Absent with `missing: default`, where the lack of a truth is a reward too, and where the evidence does not tell.
 */
export function joinChecks(evidence: Evidence | null, reward: RewardKind): Check[] {
  if (evidence?.missing !== 'drop') return [];
  const steps = evidence.steps.filter((step) => versionsWithShare(step).length > 1 && step.arms.some(({ joined }) => joined !== undefined)); // prettier-ignore
  if (steps.length === 0) return [];
  const rate = sum(steps, (step) => factorOf(step, reward, (version) => armOf(step, version).joined ?? 0));
  const delay = sum(steps, (step) => delayFactor(step, reward));
  return [
    checkOf(
      'join-rate',
      rate,
      'the versions get truths at different rates',
      'the versions get truths at the same rate',
    ),
    checkOf('truth-delay', delay, 'the versions get their truths after different delays', 'the versions get truths after the same delays'), // prettier-ignore
  ];
}

/** The mean of the spans' factors: it stays one that may be looked at always, however the spans hang together (by a consumer's several truths). */
function delayFactor(step: StepEvidence, reward: RewardKind): number {
  const spans = Math.max(0, ...step.arms.map(({ delays }) => delays?.length ?? 0));
  const factors = Array.from({ length: spans }, (_, span) =>
    factorOf(step, reward, (version) => armOf(step, version).delays?.[span] ?? 0),
  );
  const greatest = Math.max(...factors, -Infinity);
  if (!Number.isFinite(greatest)) return spans === 0 ? 0 : greatest;
  return greatest + Math.log(factors.reduce((total, factor) => total + Math.exp(factor - greatest), 0) / spans);
}

/**
 * A request that failed has no outcome where the reward has no worst value, so that its truth is not seen: the shares are then those of the
 * requests that did not fail.
 */
function factorOf(step: StepEvidence, reward: RewardKind, countOf: (version: string) => number): number {
  return shareFactor(step, countOf, (version) => {
    const { units, errorSum } = armOf(step, version);
    return reward.kind === 'real' && units > 0 ? Math.max(0, 1 - errorSum / units) : 1;
  });
}

const sum = (steps: readonly StepEvidence[], of: (step: StepEvidence) => number): number =>
  steps.reduce((total, step) => total + of(step), 0);

function checkOf(name: string, value: number, alarm: string, fine: string): Check {
  const raised = value >= sampleRatioAlarm;
  return {
    name,
    outcome: raised ? 'block' : 'pass',
    value: Number.isFinite(value) ? value : Number.MAX_VALUE,
    threshold: sampleRatioAlarm,
    detail: raised
      ? `${alarm} (ln Bayes factor ${figure(value)}, alarm at ${figure(sampleRatioAlarm)}): what is scored is not what was served. ` +
        'Where a missing truth says something, use missing: default'
      : fine,
  };
}
