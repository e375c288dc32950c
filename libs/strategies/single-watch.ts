import type { ArmEvidence, Check, Evidence } from '#contracts';
import { betaBinomialConfidenceSequence, emptyLatencySketch } from '#stats';
import { differenceCheck } from './checks/difference.js';
import { errorCheck } from './checks/error-excess.js';
import { latencyChecks } from './checks/latency.js';
import { shareLevel } from './error-levels.js';
import type { SingleSpec, SingleState, VersionRecord } from './single-spec.js';
import { armOf, totalOf } from './step-evidence.js';
import type { EvaluateInput } from './strategy.js';
import { percent, span } from './words.js';

type Input = EvaluateInput<SingleSpec, SingleState>;

/** How much higher an error rate may be than that of another time, where the manifest does not say. */
const defaultMargin = 0.01;

/** The newest step in which a version had traffic, of what is known of the rollout before; null where it had none. */
export function recordOf(evidence: Evidence | null | undefined, version: string): VersionRecord | null {
  const step = evidence?.steps.findLast((entry) => armOf(entry, version).requests > 0);
  return step === undefined ? null : { ...armOf(step, version), from: step.from, until: evidence?.at ?? step.from };
}

/**
 * What is held against an update that is watched. It is compared with the last step of the version before it, which was *not* at the same time: what
 * changes with the hour or the traffic counts as the update's. Margins leave room for that, limits need no comparison, and the error level is that of
 * chance alone.
 */
export function watchChecks(input: Input): Check[] {
  const { spec, evidence, state } = input;
  const own = totalOf(evidence, state.active);
  const limit = spec.guardrails?.errors?.max;
  return [
    ...(limit === undefined ? [] : [errorLimitCheck(own, limit, levelOf(spec).errors / 2)]),
    ...(state.before === null ? [] : comparisons(input, own, state.before)),
    ...latencies(input, state.before),
  ];
}

const levelOf = ({ alpha, guardrails }: SingleSpec) =>
  shareLevel(alpha, { latency: guardrails?.latency !== undefined });

function comparisons({ spec, reward }: Input, own: ArmEvidence, before: VersionRecord): Check[] {
  const { errors, reward: rewards } = spec.guardrails ?? {};
  const level = levelOf(spec);
  const evidence = sideBySide(own, before);
  const { version } = own;
  const margin = errors?.margin ?? defaultMargin;
  const checks = [errorCheck({ evidence, version, others: [before.version], margin, alpha: level.errors / 2 })];
  if (rewards !== undefined) {
    const names = { candidate: version, champion: before.version };
    checks.push(
      differenceCheck({ evidence, ...names, reward, alpha: level.rewards, margin: rewards.margin, tuning: 500 }),
    );
  }
  const when = `${before.version}: of the ${span(Math.max(0, before.until - before.from))} before the update`;
  return checks.map((check) => ({ ...check, detail: `${check.detail} (${when})` }));
}

function latencies({ spec, evidence, state }: Input, before: VersionRecord | null): Check[] {
  const times = (evidence?.steps ?? []).map((step) => ({
    step: step.step,
    own: armOf(step, state.active).latency ?? emptyLatencySketch(),
    other: before?.latency ?? emptyLatencySketch(),
  }));
  const other = before?.version ?? 'the version before';
  const { latency: guardrail } = spec.guardrails ?? {};
  return latencyChecks({ version: state.active, other, times, guardrail, alpha: levelOf(spec).latency });
}

/** Both as if they were of one time. */
function sideBySide(own: ArmEvidence, { from: _, until: __, ...before }: VersionRecord): Evidence {
  const step = { step: 0, from: 0, weights: { [own.version]: 0.5, [before.version]: 0.5 }, arms: [own, before] };
  return { endpoint: 'e', rollout: 1, seq: 0, at: 0, steps: [step], pairs: [], lagSeconds: 0 };
}

function errorLimitCheck(
  { version, errors, requests, errorSum, units }: ArmEvidence,
  max: number,
  alpha: number,
): Check {
  const { lower, upper } = betaBinomialConfidenceSequence({
    successes: Math.min(errorSum, units),
    trials: units,
    alpha,
    tuningTrials: 200,
  });
  const failed = lower > max;
  const rate = `${errors} of ${requests} requests of ${version} failed, allowed ${percent(max)}`;
  return {
    name: 'errors',
    version,
    outcome: failed ? 'fail' : 'pass',
    ...(units === 0 ? {} : { value: errorSum / units }),
    lower,
    upper,
    threshold: max,
    detail: failed ? `${version} fails too often, by all that is known in at least ${percent(lower)}: ${rate}` : rate,
  };
}
