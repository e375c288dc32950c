import type { Check, Verdict } from '#contracts';
import { allocationOf, soleAllocation } from './allocation.js';
import { activeArms, bestProbabilities, differs, evenWeights, policyOf, wantedWeights } from './bandit-allocation.js';
import { banditSpec, banditState, championOf, type BanditSpec, type BanditState } from './bandit-spec.js';
import { errorCheck } from './checks/error-excess.js';
import { lagCheck, minimumSampleCheck, trafficCheck } from './checks/progress.js';
import { sampleRatioCheck } from './checks/sample-ratio.js';
import { winnerCheck } from './checks/winner.js';
import { errorShare, rewardShare } from './error-levels.js';
import { hold, isBlocked } from './hold.js';
import { totalOf } from './step-evidence.js';
import { SteeringError, type EvaluateInput, type Evaluation, type Strategy } from './strategy.js';
import { figure, percent } from './words.js';

type Input = EvaluateInput<BanditSpec, BanditState>;

/**
 * Shares follow what the arms have earned, each at least `floor`, computed afresh every `cadence`. An arm that fails too often is cut off. The rollout ends when
 * one arm is confirmed as the best by a test that holds under any allocation; P(best) makes the shares, and confirms nothing.
 */
export const bandit: Strategy<BanditSpec, BanditState> = {
  name: 'bandit',
  specSchema: banditSpec,
  stateSchema: banditState,

  versionsOf: ({ arms, champion }) => [
    ...arms.map((version, i) => ({ path: ['arms', i], version })),
    ...(champion === undefined ? [] : [{ path: ['champion'], version: champion }]),
  ],

  begin: ({ spec, now }) => ({
    phase: 'running',
    endedBy: null,
    winner: null,
    leader: null,
    weights: evenWeights(spec.arms),
    stretch: 0,
    computedAt: now,
    cutOff: {},
  }),

  evaluate(input) {
    if (input.state.phase !== 'running') return result(input, input.state, endedVerdict(input));
    const guards = [sampleRatioCheck(input.evidence), ...lagCheck(input.evidence, input.maxLag)];
    // Neither shares nor winners follow from data that cannot be trusted, or that are too old.
    if (guards.some(({ outcome }) => outcome === 'block' || outcome === 'wait')) {
      return result(input, input.state, hold(guards));
    }
    const { cutOff, checks: errors } = cutFailing(input);
    const state = reweigh(input, { ...input.state, cutOff });
    return decide(input, state, [...guards, ...errors]);
  },

  steer({ spec, state, verb, version }) {
    const ended = { endedBy: 'operator' as const, stretch: state.stretch + 1 };
    if (verb === 'rollback') return { ...state, ...ended, phase: 'rolled-back', winner: null };
    const winner = version ?? state.leader;
    if (winner === null || !spec.arms.includes(winner)) {
      const problem = winner === null ? 'no arm leads yet' : `"${winner}" is no arm`;
      throw new SteeringError(`${problem}: name the version to promote, one of ${spec.arms.join(', ')}`);
    }
    return { ...state, ...ended, phase: 'promoted', winner };
  },
};

/** Cuts off the arms that fail too often, as long as one is left. */
function cutFailing({ spec, state, evidence }: Input): { cutOff: Record<string, string>; checks: Check[] } {
  const cutOff = { ...state.cutOff };
  const checks: Check[] = [];
  for (const version of activeArms(spec, state)) {
    const others = spec.arms.filter((arm) => arm !== version);
    const alpha = (spec.alpha * errorShare) / spec.arms.length;
    const check = errorCheck({ evidence, version, others, margin: 0, alpha });
    checks.push(check);
    if (check.outcome === 'fail' && activeArms(spec, { cutOff }).length > 1) cutOff[version] = check.detail;
  }
  return { cutOff, checks };
}

/** Computes the shares afresh where the cadence says so, or an arm was cut off. */
function reweigh(input: Input, state: BanditState): BanditState {
  const { spec, now } = input;
  const arms = activeArms(spec, state);
  const fewer = arms.length < activeArms(spec, input.state).length;
  if (!fewer && now - state.computedAt < spec.cadence) return state;
  const weights = wantedWeights(spec, arms, input);
  return differs(state.weights, weights)
    ? { ...state, weights, computedAt: now, stretch: state.stretch + 1 }
    : { ...state, computedAt: now };
}

function decide(input: Input, before: BanditState, guards: Check[]): Evaluation<BanditState> {
  const { spec, evidence, reward } = input;
  const arms = activeArms(spec, before);
  const totals = arms.map((arm) => totalOf(evidence, arm));
  if (arms.length === 1) {
    const reason = `${arms[0] ?? ''} is the only arm left: ${Object.values(before.cutOff).join('; ')}`;
    return conclude(input, before, arms[0] ?? championOf(spec), reason, guards);
  }
  const { leader, confirmed, check } = winnerCheck({
    evidence,
    arms,
    all: spec.arms,
    reward,
    alpha: spec.alpha * rewardShare,
  });
  const state = { ...before, leader };
  const policy = policyOf(spec, reward);
  const stationary = policy.memory.kind === 'everything';
  const winner: Check = stationary
    ? check
    : {
        ...check,
        outcome: 'info',
        detail: `policy ${policy.name} forgets: no winner is confirmed while arms may change`,
      };
  const samples = minimumSampleCheck(totals, Math.max(spec.minSamples, spec.burnIn), 'in this rollout');
  const checks = [...guards, trafficCheck(totals, 'in this rollout'), samples, ...shares(input, arms), winner];
  if (stationary && confirmed && samples.outcome === 'pass' && leader !== null) {
    return conclude(input, state, leader, check.detail, checks);
  }
  const reason = isBlocked(checks) ? undefined : `shares follow the rewards (${inWords(state.weights)})`;
  return result(input, state, hold(checks, reason === undefined ? {} : { reason }));
}

/** P(best) of each arm, for people. */
function shares({ evidence, reward }: Input, arms: readonly string[]): Check[] {
  const best = bestProbabilities(arms, evidence, reward);
  return arms.map((version, i) => {
    const { scored, sum } = totalOf(evidence, version);
    const mean = scored === 0 ? 'no reward yet' : `mean reward ${figure(sum / scored)} of ${figure(scored)}`;
    const value = best[i] ?? 0;
    return {
      name: 'best-probability',
      version,
      outcome: 'info',
      value,
      detail: `${version}: ${mean}, best with probability ${percent(value)}`,
    };
  });
}

function conclude(
  input: Input,
  state: BanditState,
  winner: string,
  reason: string,
  checks: Check[],
): Evaluation<BanditState> {
  const verdict: Verdict = { outcome: 'promote', version: winner, reason, checks };
  if (input.spec.onSuccess !== 'promote') {
    return result(input, state, { ...verdict, waitsFor: 'promotion by an operator' });
  }
  return result(
    input,
    { ...state, phase: 'promoted', endedBy: 'verdict', winner, stretch: state.stretch + 1 },
    verdict,
  );
}

function endedVerdict({ spec, state }: Input): Verdict {
  const by = state.endedBy === 'operator' ? 'an operator' : 'the verdict';
  return state.winner === null
    ? {
        outcome: 'rollback',
        version: championOf(spec),
        reason: `rolled back to ${championOf(spec)} by ${by}`,
        checks: [],
      }
    : { outcome: 'promote', version: state.winner, reason: `${state.winner} was promoted by ${by}`, checks: [] };
}

const inWords = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .map(([version, weight]) => `${version} ${percent(Math.round(weight * 1000) / 1000)}`)
    .join(', ');

function result(input: Input, state: BanditState, verdict: Verdict): Evaluation<BanditState> {
  const { spec, assignment } = input;
  const champion = championOf(spec);
  const byPhase = { running: 'running', promoted: 'succeeded', 'rolled-back': 'failed' } as const;
  const sole = state.phase === 'promoted' ? (state.winner ?? champion) : champion;
  return {
    plan: {
      step: state.stretch,
      allocation:
        state.phase === 'running'
          ? allocationOf(Object.entries(state.weights).map(([version, weight]) => ({ version, weight })))
          : soleAllocation(sole),
      shadows: [],
      assignment: assignment ?? spec.assignment,
      fallback:
        state.cutOff[champion] === undefined ? champion : (state.leader ?? activeArms(spec, state)[0] ?? champion),
    },
    state,
    verdict,
    status: byPhase[state.phase],
  };
}
