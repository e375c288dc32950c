import type { Check, Evidence, HealthEvidence } from '#contracts';
import type { RewardKind } from '../reward.js';
import type { Guardrails } from '../spec-parts.js';
import type { SpecProblem } from '../strategy.js';
import { percent, span } from '../words.js';
import { driftChecks } from './drift.js';

/** Figures are of the requests of an hour: older ones say nothing of now. */
const freshMs = 3_600_000;

export interface EstimatesQuestion {
  readonly evidence: Evidence | null;
  /** The version that may be promoted. */
  readonly version: string;
  readonly champion: string;
  /** Without the guardrails nothing is asked. */
  readonly guardrails: Pick<Guardrails, 'drift' | 'estimatedAccuracy'>;
  /** ms since 1970. */
  readonly now: number;
}

/**
 * What is known without any truth, where the manifest wants it to hold a promotion: `wait` as long as a figure is not known, is too old or is beyond what is
 * allowed, and never `fail`. An estimate may be wrong without knowing it, so that it neither rolls back nor promotes.
 */
export function estimateChecks({ evidence, version, champion, guardrails, now }: EstimatesQuestion): Check[] {
  const freshOf = (name: string): HealthEvidence | undefined =>
    evidence?.health?.find((health) => health.version === name && now - health.at <= freshMs);
  const [own, beside] = [freshOf(version), freshOf(champion)];
  const { drift, estimatedAccuracy } = guardrails;
  return [
    ...(drift === undefined ? [] : driftChecks({ version, champion, own, beside, guardrail: drift })),
    ...(estimatedAccuracy === undefined
      ? []
      : [accuracyCheck({ version, champion, own, beside, margin: estimatedAccuracy.margin })]),
  ];
}

/** Whether a check rests on estimates alone. */
export const isEstimate = ({ name }: Check): boolean => name === 'drift' || name === 'estimated-accuracy';

/** Said of a rollout that nothing but estimates holds. */
export const heldByEstimates =
  'estimates without truth hold it, until they are within what is allowed or an operator promotes';

/** Confidences estimate how many answers are right: rewards of another kind they say nothing of. */
export function estimateProblems(guardrails: Guardrails | undefined, reward: RewardKind): SpecProblem[] {
  if (guardrails?.estimatedAccuracy === undefined || reward.kind === 'binary') return [];
  return [{ path: ['guardrails', 'estimatedAccuracy'], message: 'expected the metric "accuracy": only that can be estimated' }]; // prettier-ignore
}

function accuracyCheck(of: {
  version: string;
  champion: string;
  own: HealthEvidence | undefined;
  beside: HealthEvidence | undefined;
  margin: number;
}): Check {
  const { version, champion, own, beside, margin } = of;
  const [estimate, other] = [own?.accuracy, beside?.accuracy];
  const named = { name: 'estimated-accuracy', version };
  if (estimate == null || other == null) {
    const whose = estimate == null ? version : champion;
    const detail = `no accuracy of ${whose} has been estimated in the last ${span(freshMs)} (it takes answers with probabilities, and some whose truth is known)`;
    return { ...named, outcome: 'wait', detail };
  }
  const value = estimate.estimate - other.estimate;
  const words = `the accuracy of ${version} is estimated at ${percent(estimate.estimate)}, of ${champion} at ${percent(other.estimate)}`;
  const allowed = `allowed ${percent(margin)} less`;
  return value < -margin
    ? { ...named, outcome: 'wait', value, threshold: -margin, detail: `${words}: ${allowed}` }
    : { ...named, outcome: 'pass', value, threshold: -margin, detail: `${words} (${allowed})` };
}
