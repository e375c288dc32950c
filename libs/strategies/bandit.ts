import { bucketWidth } from '#bandits';
import type { Verdict } from '#contracts';
import { allocationOf, soleAllocation } from './allocation.js';
import { activeArms, evenWeights, policyOf } from './bandit-allocation.js';
import { contextOf, contextualPart, modelsFor, modelsOf } from './bandit-context.js';
import { cutFailing, reweigh } from './bandit-race.js';
import { banditSpec, banditState, championOf, racedArms, type BanditSpec, type BanditState } from './bandit-spec.js';
import { decide, endedVerdict } from './bandit-verdict.js';
import { joinChecks } from './checks/join-rate.js';
import { lagCheck } from './checks/progress.js';
import { sampleRatioCheck } from './checks/sample-ratio.js';
import { hold } from './hold.js';
import { sameJson } from './same-json.js';
import { SteeringError, type EvaluateInput, type Evaluation, type Strategy } from './strategy.js';

/**
 * Shares follow what the arms have earned, each at least `floor`, computed afresh every `cadence`. An arm that fails too often is cut off; others may be
 * added or retired. The rollout ends when one arm is confirmed as the best by a test that holds under any allocation, or when nothing worth having can be
 * gained on the champion any more; P(best) makes the shares, and confirms nothing.
 */
export const bandit: Strategy<BanditSpec, BanditState> = {
  name: 'bandit',
  specSchema: banditSpec,
  stateSchema: banditState,

  versionsOf: ({ arms, champion }) => [
    ...arms.map((version, i) => ({ path: ['arms', i], version })),
    ...(champion === undefined ? [] : [{ path: ['champion'], version: champion }]),
  ],

  problems: ({ indifference }, { kind }) =>
    kind === 'real' && indifference && 'relative' in indifference
      ? [{ path: ['indifference', 'relative'], message: 'rewards are not within [0, 1]: expected "absolute"' }]
      : [],

  about: (written, { champion, candidate }) => ({
    ...written,
    ...(champion === undefined ? {} : { champion }),
    arms: champion === undefined ? [candidate] : [champion, candidate],
  }),

  begin: ({ spec, now }) => ({
    phase: 'running',
    endedBy: null,
    winner: null,
    leader: null,
    weights: evenWeights(spec.arms),
    stretch: 0,
    computedAt: now,
    nothingLost: null,
    cutOff: {},
    models: modelsOf(spec, { cutOff: {} }, { evidence: null, reward: { kind: 'unit', goal: 'maximise' } }),
    retired: [],
    changes: 0,
  }),

  evaluate(input) {
    if (input.state.phase !== 'running') return result(input, input.state, endedVerdict(input));
    const { evidence, reward, maxLag } = input;
    // Where each request has shares of its own, the plan's are nobody's.
    const ratio = contextOf(input.spec) === undefined ? [sampleRatioCheck(evidence)] : [];
    const guards = [...ratio, ...joinChecks(evidence, reward), ...lagCheck(evidence, maxLag)];
    // Neither shares nor winners follow from data that cannot be trusted, or that are too old.
    if (guards.some(({ outcome }) => outcome === 'block' || outcome === 'wait')) {
      return result(input, input.state, hold(guards));
    }
    const { cutOff, checks: errors } = cutFailing(input);
    const { state, verdict } = decide(input, reweigh(input, { ...input.state, cutOff }), [...guards, ...errors]);
    return result(input, state, verdict);
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

  setWeight({ spec, state, version, weight, now }) {
    const arms = activeArms(spec, state);
    if (state.phase !== 'running') throw new SteeringError('the rollout has ended: there are no shares to set');
    if (contextOf(spec) !== undefined)
      throw new SteeringError('each request has shares of its own: there are none to set');
    if (!arms.includes(version)) {
      throw new SteeringError(`"${version}" is no arm with a share; expected one of ${arms.join(', ')}`);
    }
    return {
      ...state,
      weights: withShare(state.weights, version, weight),
      stretch: state.stretch + 1,
      computedAt: now,
    };
  },

  restart: ({ state, step }) => ({ ...state, stretch: step }),

  /** Arms that stay keep their evidence, and the tests go on counting those that leave. Any other change is another rollout. */
  adapt({ before, spec, state, now }) {
    const others = !sameJson(withoutArms(before), withoutArms(spec));
    if (state.phase !== 'running' || others) return undefined;
    const stays = (version: string): boolean => spec.arms.includes(version);
    const cutOff = Object.fromEntries(Object.entries(state.cutOff).filter(([version]) => stays(version)));
    const arms = activeArms(spec, { cutOff });
    if (arms.length === 0) return undefined;
    const ever = racedArms(before, state);
    const isSameSet = before.arms.length === spec.arms.length && before.arms.every(stays);
    return {
      ...state,
      cutOff,
      retired: ever.filter((version) => !stays(version)),
      changes: state.changes + (isSameSet ? 0 : 1),
      leader: state.leader !== null && stays(state.leader) ? state.leader : null,
      weights: isSameSet ? state.weights : handOver(state.weights, arms),
      stretch: state.stretch + (isSameSet ? 0 : 1),
      models: isSameSet ? state.models : modelsFor(arms, state.models),
      nothingLost: null,
      computedAt: now,
    };
  },
};

const withoutArms = (spec: BanditSpec) => ({ ...spec, arms: undefined, champion: undefined });

/** Shares at the moment in which arms come or go: a new one has an even share, the others share the rest as before. */
function handOver(before: Readonly<Record<string, number>>, arms: readonly string[]): Record<string, number> {
  const stay = arms.filter((arm) => (before[arm] ?? 0) > 0);
  const sum = stay.reduce((total, arm) => total + (before[arm] ?? 0), 0);
  const rest = stay.length / arms.length;
  return Object.fromEntries(
    arms.map((arm) => [arm, stay.includes(arm) ? ((before[arm] ?? 0) / sum) * rest : 1 / arms.length]),
  );
}

/** The others share the rest as before, evenly where they had nothing. */
function withShare(before: Readonly<Record<string, number>>, version: string, weight: number): Record<string, number> {
  const others = Object.entries(before).filter(([arm]) => arm !== version);
  const sum = others.reduce((total, [, share]) => total + share, 0);
  const shareOf = (share: number): number => (1 - weight) * (sum > 0 ? share / sum : 1 / others.length);
  return { [version]: weight, ...Object.fromEntries(others.map(([arm, share]) => [arm, shareOf(share)])) };
}

function result(
  input: EvaluateInput<BanditSpec, BanditState>,
  state: BanditState,
  verdict: Verdict,
): Evaluation<BanditState> {
  const { spec, assignment, reward } = input;
  const champion = championOf(spec);
  const byPhase = { running: 'running', promoted: 'succeeded', kept: 'succeeded', 'rolled-back': 'failed' } as const;
  const bucketMs = state.phase === 'running' ? bucketWidth(policyOf(spec, reward).memory) : undefined;
  const contextual = contextualPart(spec, state);
  const sole = state.phase === 'promoted' ? (state.winner ?? champion) : champion;
  return {
    plan: {
      step: state.stretch,
      allocation:
        state.phase === 'running'
          ? allocationOf(Object.entries(state.weights).map(([version, weight]) => ({ version, weight })))
          : soleAllocation(sole),
      shadows: [],
      assignment: contextual === undefined ? (assignment ?? spec.assignment) : 'request',
      fallback:
        state.cutOff[champion] === undefined ? champion : (state.leader ?? activeArms(spec, state)[0] ?? champion),
      ...(bucketMs === undefined ? {} : { bucketMs }),
      ...(contextual === undefined ? {} : { contextual }),
    },
    state,
    verdict,
    status: byPhase[state.phase],
  };
}
