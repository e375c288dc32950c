import type { Check, Verdict } from '#contracts';
import { soleAllocation } from './allocation.js';
import { elapsedCheck, lagCheck } from './checks/progress.js';
import { hold } from './hold.js';
import { singleSpec, singleState, type SingleSpec, type SingleState } from './single-spec.js';
import { recordOf, watchChecks } from './single-watch.js';
import { SteeringError, type EvaluateInput, type Evaluation, type Strategy, type StrategyStatus } from './strategy.js';
import { span } from './words.js';

type Input = EvaluateInput<SingleSpec, SingleState>;

/** One version answers everything; the one before stays warm, for an operator to go back to, or for a guardrail while an update is watched. */
export const single: Strategy<SingleSpec, SingleState> = {
  name: 'single',
  specSchema: singleSpec,
  stateSchema: singleState,

  versionsOf: (spec) => [{ path: ['version'], version: spec.version }],

  about: (written, { candidate }) => ({ ...written, version: candidate }),

  begin: ({ spec, previous, evidence, now }) => {
    const predecessor = previous === undefined || previous === spec.version ? null : previous;
    const watched = predecessor !== null && spec.watch !== undefined;
    return {
      active: spec.version,
      predecessor,
      stretch: 0,
      watchedSince: watched ? now : null,
      before: watched ? recordOf(evidence, predecessor) : null,
      endedBy: null,
      reason: null,
    };
  },

  evaluate(input) {
    const { state } = input;
    if (state.watchedSince !== null && input.spec.watch !== undefined) {
      return watched(input, { since: state.watchedSince, watch: input.spec.watch });
    }
    return state.active === input.spec.version ? steady(input, state, []) : undone(input, state, []);
  },

  steer({ spec, state, verb, version: named }) {
    if (verb === 'promote') {
      if (named !== undefined && named !== spec.version) {
        throw new SteeringError(`"${named}" is not the version of this endpoint; apply a manifest that names it`);
      }
      // An operator who insists on it takes over from the guardrails.
      const kept = { ...state, watchedSince: null, endedBy: null, reason: null };
      return state.active === spec.version ? kept : { ...kept, active: spec.version, stretch: state.stretch + 1 };
    }
    if (state.predecessor === null) {
      throw new SteeringError(`there is no version before "${spec.version}" to roll back to`);
    }
    return state.active === state.predecessor ? state : back(state, state.predecessor, 'operator', null);
  },

  restart: ({ state, step }) => ({ ...state, stretch: step }),
};

const back = (
  state: SingleState,
  predecessor: string,
  endedBy: 'operator' | 'verdict',
  reason: string | null,
): SingleState => ({ ...state, active: predecessor, stretch: state.stretch + 1, watchedSince: null, endedBy, reason });

/** While an update is watched: undone once a guardrail says so; when the time is over, it stands. */
function watched(input: Input, { since, watch }: { since: number; watch: number }): Evaluation<SingleState> {
  const { spec, state, evidence, now, maxLag } = input;
  const time = elapsedCheck({ name: 'watch', since, needed: watch, now });
  const lag = lagCheck(evidence, maxLag);
  const checks = [...watchChecks(input), time, ...lag];
  const failed = checks.find(({ outcome }) => outcome === 'fail');
  if (failed !== undefined && state.predecessor !== null) {
    return undone(input, back(state, state.predecessor, 'verdict', failed.detail), checks);
  }
  if (time.outcome === 'pass' && !lag.some(({ outcome }) => outcome === 'wait')) {
    return steady(input, { ...state, watchedSince: null, reason: `nothing against it in ${span(watch)}` }, checks);
  }
  const waiting = checks.filter(({ name }) => name === 'watch' || name === 'lag');
  const reason = `${spec.version} answers everything and is watched`;
  return result(input, state, { ...hold(waiting, { reason, version: spec.version }), checks }, 'running');
}

function steady(input: Input, state: SingleState, checks: Check[]): Evaluation<SingleState> {
  const found = state.reason === null ? '' : `; ${state.reason}`;
  const reason = `${state.active} answers everything${found}`;
  return result(input, state, { outcome: 'steady', version: state.active, reason, checks }, 'succeeded');
}

function undone(input: Input, state: SingleState, checks: Check[]): Evaluation<SingleState> {
  const by = state.endedBy === 'verdict' ? `by a guardrail: ${state.reason ?? ''}` : 'by an operator';
  const reason = `rolled back from ${input.spec.version} to ${state.active} ${by}`;
  return result(input, state, { outcome: 'rollback', version: state.active, reason, checks }, 'failed');
}

function result(
  { spec, assignment }: Input,
  state: SingleState,
  verdict: Verdict,
  status: StrategyStatus,
): Evaluation<SingleState> {
  const { active, predecessor, stretch } = state;
  return {
    plan: {
      step: stretch,
      allocation: soleAllocation(active),
      shadows: [],
      assignment: assignment ?? spec.assignment,
      fallback: active === spec.version ? (predecessor ?? active) : active,
    },
    state,
    verdict,
    status,
  };
}
