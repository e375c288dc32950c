import { baselineArm, type Check, type Verdict } from '#contracts';
import { soleAllocation, split, tidy } from './allocation.js';
import { canarySpec, canaryState, defaultMargin, type CanarySpec, type CanaryState } from './canary-spec.js';
import { differenceCheck } from './checks/difference.js';
import { errorCheck } from './checks/error-excess.js';
import { estimateChecks, estimateProblems, heldByEstimates, isEstimate } from './checks/estimates.js';
import { joinChecks } from './checks/join-rate.js';
import { latencyChecks } from './checks/latency.js';
import { elapsedCheck, lagCheck, minimumSampleCheck, trafficCheck } from './checks/progress.js';
import { sampleRatioCheck } from './checks/sample-ratio.js';
import { shareLevel } from './error-levels.js';
import { hold, isBlocked } from './hold.js';
import { armOf, stepOf, timesOf } from './step-evidence.js';
import type { EvaluateInput, Evaluation, PlanDraft, Strategy } from './strategy.js';
import { SteeringError } from './strategy.js';
import { percent, span } from './words.js';

type Input = EvaluateInput<CanarySpec, CanaryState>;

/**
 * The candidate answers a growing part of the consumers. A step is passed when its time is over, enough truth has come and the candidate is shown
 * to be no worse than the champion by more than `margin`; the candidate is rolled back when it is shown to be worse by more than that, to fail more often, or to be
 * too slow. Estimates without truth hold a step where the manifest says so, and never roll back.
 */
export const canary: Strategy<CanarySpec, CanaryState> = {
  name: 'canary',
  specSchema: canarySpec,
  stateSchema: canaryState,

  versionsOf: ({ champion, candidate }) => [
    { path: ['champion'], version: champion },
    { path: ['candidate'], version: candidate },
  ],

  problems: ({ margin, guardrails }, reward) => [
    ...(reward.kind === 'real' && margin === undefined
      ? [
          {
            path: ['margin'],
            message: 'expected a number in units of the reward, since the metric is not within [0, 1]',
          },
        ]
      : []),
    ...estimateProblems(guardrails, reward),
  ],

  about: (written, { champion, candidate }) => ({
    ...written,
    ...(champion === undefined ? {} : { champion }),
    candidate,
  }),

  begin: ({ now }) => ({
    phase: 'running',
    endedBy: null,
    step: 0,
    weight: null,
    stretch: 0,
    startedAt: now,
    stepStartedAt: now,
    heldSince: null,
  }),

  evaluate(input) {
    const { state } = input;
    if (state.phase !== 'running') return ended(input);
    const checks = checksOf(input);
    if (isBlocked(checks)) return running(input, state, hold(checks, { version: input.spec.candidate }));
    const failed = checks.find((check) => check.outcome === 'fail');
    if (failed !== undefined) return rollBack(input, checks, failed.detail);
    const { maxDuration } = input.spec;
    const waiting = checks.filter((check) => check.outcome === 'wait');
    const version = input.spec.candidate;
    if (waiting.length > 0 && waiting.every(isEstimate)) {
      const held = { ...state, heldSince: state.heldSince ?? input.now };
      return running(input, held, hold(checks, { version, reason: heldByEstimates }));
    }
    const free = { ...input, state: withoutHold(state, input.now) };
    if (waiting.length === 0) return stepPassed(free, checks);
    if (maxDuration !== undefined && input.now - free.state.startedAt >= maxDuration) {
      return rollBack(free, checks, `not decided within ${span(maxDuration)}`);
    }
    return running(free, free.state, hold(checks, { version }));
  },

  steer({ spec, state, verb, version, now }) {
    if (verb === 'rollback') return { ...state, phase: 'rolled-back', endedBy: 'operator', ...changed(state, now) };
    if (version !== undefined && version !== spec.candidate) {
      throw new SteeringError(`only the candidate "${spec.candidate}" can be promoted, not "${version}"`);
    }
    return { ...state, phase: 'promoted', endedBy: 'operator', ...changed(state, now) };
  },

  setWeight({ spec, state, version, weight, now }) {
    const { candidate, champion, steps } = spec;
    if (state.phase !== 'running') throw new SteeringError('the rollout has ended: there are no shares to set');
    if (version !== candidate && version !== champion) {
      throw new SteeringError(
        `"${version}" has no share: name the candidate "${candidate}" or the champion "${champion}"`,
      );
    }
    const share = version === candidate ? weight : tidy(1 - weight);
    const step = steps.findLastIndex((percentage) => percentage <= tidy(share * 100));
    return { ...state, step, weight: steps[step] === tidy(share * 100) ? null : share, ...changed(state, now) };
  },

  restart: ({ state, step, now }) => ({ ...state, stretch: step, stepStartedAt: now }),
};

/** The time for which nothing but estimates held it does not count: they may not roll back, not even by its running out. */
const withoutHold = (state: CanaryState, now: number): CanaryState =>
  state.heldSince === null
    ? state
    : { ...state, heldSince: null, startedAt: state.startedAt + Math.max(0, now - state.heldSince) };

const changed = (state: CanaryState, now: number) => ({ stretch: state.stretch + 1, stepStartedAt: now });

function checksOf({ spec, state, evidence, now, reward, maxLag }: Input): Check[] {
  const { candidate, minSamples, interval, guardrails = {} } = spec;
  const champion = spec.baseline === 'concurrent' ? baselineArm(spec.champion) : spec.champion;
  const level = shareLevel(spec.alpha, { latency: guardrails.latency !== undefined });
  const step = stepOf(evidence, state.stretch);
  const arms = [armOf(step, candidate), armOf(step, champion)];
  const margin = spec.margin ?? defaultMargin;
  return [
    sampleRatioCheck(evidence),
    ...joinChecks(evidence, reward),
    errorCheck({
      evidence,
      version: candidate,
      others: [champion],
      margin: guardrails.errors?.margin ?? 0,
      alpha: level.errors,
    }),
    ...latencyChecks({
      version: candidate,
      other: champion,
      times: timesOf(evidence, candidate, champion),
      guardrail: guardrails.latency,
      alpha: level.latency,
    }),
    trafficCheck(arms),
    minimumSampleCheck(arms, minSamples),
    elapsedCheck({ name: 'interval', since: state.stepStartedAt, needed: interval, now }),
    differenceCheck({
      evidence,
      candidate,
      champion,
      reward,
      alpha: level.rewards,
      margin,
      tuning: tuningFor(minSamples, margin),
    }),
    ...estimateChecks({ evidence, version: candidate, champion: spec.champion, guardrails, now }),
    ...lagCheck(evidence, maxLag),
  ];
}

/**
 * Samples near which the difference should be tightest. A clear difference shows by the minimum sample, an equal candidate takes about 1/margin²:
 * the geometric mean of the two serves both, and costs neither much.
 */
const tuningFor = (minSamples: number, margin: number): number =>
  Math.sqrt(minSamples * Math.min(Math.max(margin === 0 ? Infinity : 1 / margin ** 2, minSamples), 100 * minSamples));

function stepPassed(input: Input, checks: Check[]): Evaluation<CanaryState> {
  const { spec, state, now } = input;
  const { candidate } = spec;
  const next = spec.steps[state.step + 1];
  const shown = checks.find((check) => check.name === 'reward')?.detail ?? '';
  if (next !== undefined) {
    const state_ = { ...state, ...changed(state, now), step: state.step + 1, weight: null };
    const reason = `${stepIn(spec, state)} passed, on to ${percent(next / 100)}: ${shown}`;
    return running(input, state_, { outcome: 'advance', version: candidate, reason, checks });
  }
  const reason = `all steps passed: ${shown}`;
  if (spec.onSuccess === 'promote') {
    return end(input, 'promoted', { outcome: 'promote', version: candidate, reason, checks });
  }
  return running(input, state, {
    outcome: 'promote',
    version: candidate,
    reason: `${reason}; promotion waits for an operator`,
    waitsFor: 'promotion by an operator',
    checks,
  });
}

const stepIn = ({ steps }: CanarySpec, { step, weight }: CanaryState): string =>
  weight === null ? `step ${step + 1} of ${steps.length}` : `a share of ${percent(weight)}, set by an operator,`;

const rollBack = (input: Input, checks: Check[], reason: string): Evaluation<CanaryState> =>
  end(input, 'rolled-back', { outcome: 'rollback', version: input.spec.candidate, reason, checks });

function end(input: Input, phase: 'promoted' | 'rolled-back', verdict: Verdict): Evaluation<CanaryState> {
  const state: CanaryState = { ...input.state, phase, endedBy: 'verdict', ...changed(input.state, input.now) };
  return { plan: planOf(input, state), state, verdict, status: phase === 'promoted' ? 'succeeded' : 'failed' };
}

function running(input: Input, state: CanaryState, verdict: Verdict): Evaluation<CanaryState> {
  return { plan: planOf(input, state), state, verdict, status: 'running' };
}

function ended(input: Input): Evaluation<CanaryState> {
  const { spec, state } = input;
  const promoted = state.phase === 'promoted';
  const by = state.endedBy === 'operator' ? 'an operator' : 'the verdict';
  return {
    plan: planOf(input, state),
    state,
    status: promoted ? 'succeeded' : 'failed',
    verdict: {
      outcome: promoted ? 'promote' : 'rollback',
      version: spec.candidate,
      reason: promoted ? `${spec.candidate} was promoted by ${by}` : `rolled back to ${spec.champion} by ${by}`,
      checks: [],
    },
  };
}

function planOf({ spec, assignment }: Input, state: CanaryState): PlanDraft {
  const { champion, candidate, steps, baseline } = spec;
  const weight = state.weight ?? (steps[state.step] ?? 0) / 100;
  const isSliced = state.phase === 'running' && baseline === 'concurrent';
  return {
    step: state.stretch,
    ...(isSliced ? { baseline: { version: champion, weight: Math.min(weight, tidy(1 - weight)) } } : {}),
    allocation:
      state.phase === 'running'
        ? split(candidate, weight, champion)
        : soleAllocation(state.phase === 'promoted' ? candidate : champion),
    shadows: [],
    assignment: assignment ?? spec.assignment,
    // The champion stays warm after a promotion too, for an instant way back.
    fallback: champion,
  };
}
