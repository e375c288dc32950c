import type { Check, Evidence } from '#contracts';
import { sampleRatioAlarm } from '#stats';
import { armOf } from '../step-evidence.js';
import { figure } from '../words.js';
import { shareFactor, versionsWithShare } from './share-factor.js';

/**
 * Whether the units were assigned in the shares of the plans: the Bayes factors of all steps multiply. On an alarm the data are not what
 * they claim to be, and no verdict may rest on them.
 */
export function sampleRatioCheck(evidence: Evidence | null): Check {
  let logFactor = 0;
  let worst = { step: 0, factor: 0 };
  for (const step of evidence?.steps ?? []) {
    if (versionsWithShare(step).length < 2) continue;
    const factor = shareFactor(step, (version) => armOf(step, version).units);
    logFactor += factor;
    if (factor > worst.factor) worst = { step: step.step, factor };
  }
  const alarm = logFactor >= sampleRatioAlarm;
  return {
    name: 'sample-ratio',
    outcome: alarm ? 'block' : 'pass',
    value: logFactor,
    threshold: sampleRatioAlarm,
    detail: alarm
      ? `the versions did not get their shares of the traffic (ln Bayes factor ${figure(logFactor)}, alarm at ${figure(sampleRatioAlarm)}; step ${worst.step} most of all): ` +
        'the log or the assignment is broken, and no verdict can rest on it'
      : 'the versions got their shares of the traffic',
  };
}
