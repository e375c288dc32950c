import type { Check, PairEvidence } from '#contracts';
import { emptyLatencySketch, rateDifferenceConfidenceSequence } from '#stats';
import { agreementCheck } from './checks/agreement.js';
import { estimateChecks } from './checks/estimates.js';
import { latencyChecks } from './checks/latency.js';
import { pairedCheck } from './checks/paired.js';
import { shareLevel } from './error-levels.js';
import type { ShadowOutcome, SilentSpec, SilentState } from './silent-spec.js';
import { emptyPair, totalOf } from './step-evidence.js';
import type { EvaluateInput } from './strategy.js';
import { figure, percent } from './words.js';

type Input = EvaluateInput<SilentSpec, SilentState>;

/** What the evidence says of one shadow now. */
export function judge(input: Input, version: string): { outcome?: ShadowOutcome; reason: string; checks: Check[] } {
  const { spec, evidence, reward, now } = input;
  const pair = evidence?.pairs.find((entry) => entry.shadow === version) ?? emptyPair(spec.champion, version);
  const { margin, minSamples, guardrails = {} } = spec;
  const level = shareLevel(spec.alpha / spec.shadows.length, { latency: guardrails.latency !== undefined });
  const errors = shadowErrors(input, pair, level.errors);
  const latencies = latencyChecks({
    version,
    other: pair.champion,
    times: [
      {
        step: 0,
        own: pair.shadowLatency ?? emptyLatencySketch(),
        other: pair.championLatency ?? emptyLatencySketch(),
      },
    ],
    guardrail: guardrails.latency,
    alpha: level.latency,
  });
  const tuning = Math.max(minSamples, 500);
  const { finding, check } = pairedCheck({ pair, reward, alpha: level.rewards, margin, tuning });
  const samples: Check = {
    name: 'min-samples',
    version,
    outcome: pair.scored >= minSamples ? 'pass' : 'wait',
    value: pair.scored,
    threshold: minSamples,
    detail: `${figure(pair.scored)} of ${figure(minSamples)} pairs of ${version} have their truth`,
  };
  const estimates = estimateChecks({ evidence, version, champion: spec.champion, guardrails, now });
  const checks = [errors, ...latencies, agreementCheck(pair, reward), ...estimates, samples, check];
  const failed = [errors, ...latencies].find((guardrail) => guardrail.outcome === 'fail');
  if (failed !== undefined) return { outcome: 'reject', reason: failed.detail, checks };
  const unknown = latencies.find((guardrail) => guardrail.outcome === 'wait');
  if (unknown !== undefined) return { reason: unknown.detail, checks };
  if (samples.outcome === 'wait' || finding === 'open') return { reason: check.detail, checks };
  const outcome = { better: 'promote', worse: 'reject', equivalent: 'equivalent' } as const;
  return { outcome: outcome[finding], reason: check.detail, checks };
}

/** Failures of the shadow against the champion's, beyond the margin: they saw the same requests, so no independence is used, only half the level for each rate. */
function shadowErrors({ spec, evidence }: Input, pair: PairEvidence, alpha: number): Check {
  const champion = totalOf(evidence, pair.champion);
  const { lower, upper } = rateDifferenceConfidenceSequence({
    candidate: { successes: pair.errors, trials: pair.requests },
    champion: { successes: champion.errors, trials: champion.requests },
    alpha,
    tuningTrials: 100,
  });
  const margin = spec.guardrails?.errors?.margin ?? 0;
  const failed = lower > margin;
  const rates = `${pair.errors} of ${pair.requests} requests of ${pair.shadow} failed, ${champion.errors} of ${champion.requests} of ${pair.champion}`;
  const allowed = margin === 0 ? '' : ` (allowed ${percent(margin)})`;
  return {
    name: 'errors',
    version: pair.shadow,
    outcome: failed ? 'fail' : 'pass',
    lower,
    upper,
    threshold: margin,
    detail: failed
      ? `${pair.shadow} fails more often, by at least ${percent(lower)}${allowed}: ${rates}`
      : `no excess of errors is shown${allowed}: ${rates}`,
  };
}

/** Mean paired difference, for the choice among several better shadows. */
export function advantage({ evidence, reward }: Input, version: string): number {
  const pair = evidence?.pairs.find((entry) => entry.shadow === version);
  if (pair === undefined || pair.scored === 0) return -Infinity;
  return (reward.goal === 'minimise' ? -pair.sumDifference : pair.sumDifference) / pair.scored;
}
