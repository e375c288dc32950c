import type { Evidence, Verdict } from '#contracts';
import { soleAllocation } from './allocation.js';
import { exitOf, verdictInStage } from './progressive-exit.js';
import {
  partsOf,
  progressiveSpec,
  progressiveState,
  type ProgressiveSpec,
  type ProgressiveState,
  type Stage,
} from './progressive-spec.js';
import { stageKinds } from './progressive-stages.js';
import { sameJson } from './same-json.js';
import { SteeringError, type EvaluateInput, type Evaluation, type PlanDraft, type Strategy } from './strategy.js';

type Input = EvaluateInput<ProgressiveSpec, ProgressiveState>;

/**
 * A list of stages, each one of the other strategies: the candidate goes on to the next by the stage's verdict or by its time, and has all of the traffic after
 * the last. A stage that speaks against it, or comes to nothing in its time, ends the rollout with the champion.
 */
export const progressive: Strategy<ProgressiveSpec, ProgressiveState> = {
  name: 'progressive',
  specSchema: progressiveSpec,
  stateSchema: progressiveState,

  versionsOf: ({ champion, candidate }) => [
    ...(champion === undefined ? [] : [{ path: ['champion'], version: champion }]),
    { path: ['candidate'], version: candidate },
  ],

  problems: ({ champion = '', candidate, stages }, reward) =>
    stages.flatMap((stage, i) => {
      const { name, settings } = partsOf(stage);
      const found = stageKinds[name].problems(settings, { champion, candidate }, reward);
      return found.map(({ path, message }) => ({ path: ['stages', i, name, ...path], message }));
    }),

  /** A champion that was named is named anew: without one it is the last good version. */
  about: (written, { champion, candidate }) => ({
    ...written,
    ...(champion === undefined || written['champion'] === undefined ? {} : { champion }),
    candidate,
  }),

  begin({ spec, now, previous = null, evidence = null }) {
    const champion = spec.champion ?? (previous === spec.candidate ? null : previous);
    const base = { endedBy: null, reason: null, champion, since: now, stage: 0, first: 0, step: 0, inner: null };
    if (champion === null) return { ...base, phase: 'promoted' };
    return enter({ spec, now, evidence }, { ...base, phase: 'running' }, 0);
  },

  evaluate(input) {
    const { spec, state, now } = input;
    if (state.phase !== 'running') return ended(input, state);
    const said = look(input, state);
    const { candidate } = spec;
    const seen = {
      stage: stageAt(spec, state),
      said,
      candidate,
      evidence: ownEvidence(input, state),
      since: state.since,
      now,
    };
    const exit = exitOf(seen);
    const { checks } = exit;
    const reason = `${titleOf(spec, state)}: ${exit.reason}`;
    const ends = (outcome: 'promote' | 'rollback'): Verdict => ({ outcome, version: candidate, reason, checks });
    if (exit.fate === 'failed') return end(input, 'rolled-back', ends('rollback'), said.plan);
    if (exit.fate === 'passed') return passed(input, ends('promote'), said.plan);
    // Without evidence and time nothing moves: the stage as it stands.
    const kept = exit.fate === 'waits' ? look({ ...input, evidence: null, now: state.since }, state) : said;
    return running(state, kept, verdictInStage(seen, exit, titleOf(spec, state)));
  },

  steer({ spec, state, verb, version }) {
    const steered = { ...state, endedBy: 'operator' as const, reason: null, step: state.step + 1 };
    if (verb === 'rollback') {
      if (state.champion !== null) return { ...steered, phase: 'rolled-back' };
      throw new SteeringError(`there is no version before "${spec.candidate}" to roll back to`);
    }
    if (version === undefined || version === spec.candidate) return { ...steered, phase: 'promoted' };
    throw new SteeringError(`only the candidate "${spec.candidate}" can be promoted, not "${version}"`);
  },

  setWeight({ spec, state, version, weight, now }) {
    if (state.phase !== 'running') throw new SteeringError('the rollout has ended: there are no shares to set');
    const { name, settings } = partsOf(stageAt(spec, state));
    const share = { spec: settings, state: state.inner, version, weight, now };
    return { ...state, inner: stageKinds[name].setWeight({ ...contestants(spec, state), ...share }) };
  },

  restart({ spec, state, step, now }) {
    if (state.phase !== 'running') return { ...state, step };
    const { name, settings } = partsOf(stageAt(spec, state));
    const own = { spec: settings, state: state.inner, step: step - state.first, now };
    return { ...state, step, inner: stageKinds[name].restart({ ...contestants(spec, state), ...own }) };
  },

  /** Stages to come may change; evidence is of the present one and of those before it. */
  adapt({ before, spec, state }) {
    const begun = ({ stages, ...names }: ProgressiveSpec) => ({ ...names, stages: stages.slice(0, state.stage + 1) });
    return state.phase === 'running' && sameJson(begun(before), begun(spec)) ? state : undefined;
  },
};

type Known = Pick<Input, 'spec' | 'now' | 'evidence'>;

/** At the beginning of a stage, which has steps of its own. The strategy may look at what came before it. */
function enter({ spec, now, evidence }: Known, state: ProgressiveState, stage: number): ProgressiveState {
  const first = stage === 0 ? 0 : state.step + 1;
  const entered = { ...state, stage, since: now, first, step: first };
  const { name, settings } = partsOf(stageAt(spec, entered));
  const inner = stageKinds[name].begin({
    ...contestants(spec, state),
    spec: settings,
    now,
    previous: state.champion ?? '',
    evidence,
  });
  return { ...entered, inner };
}

function stageAt({ stages }: ProgressiveSpec, { stage }: ProgressiveState): Stage {
  const found = stages[stage];
  if (found === undefined) throw new RangeError(`there is no stage ${stage + 1}: the list has ${stages.length}`);
  return found;
}

const contestants = ({ candidate }: ProgressiveSpec, { champion }: ProgressiveState) => ({
  candidate,
  champion: champion ?? candidate,
});

const titleOf = (spec: ProgressiveSpec, state: ProgressiveState): string =>
  `stage ${state.stage + 1} of ${spec.stages.length} (${partsOf(stageAt(spec, state)).name})`;

/** The evidence of the stage's steps, numbered as its strategy counts them. */
function ownEvidence({ evidence }: Known, { first }: ProgressiveState): Evidence | null {
  if (evidence === null) return null;
  const steps = evidence.steps
    .filter(({ step }) => step >= first)
    .map((step) => ({ ...step, step: step.step - first }));
  return { ...evidence, steps };
}

/** What the stage's strategy says, in the rollout's steps. */
function look(input: Input, state: ProgressiveState): Evaluation<unknown> {
  const { name, settings } = partsOf(stageAt(input.spec, state));
  const evidence = ownEvidence(input, state);
  const said = stageKinds[name].evaluate({
    ...input,
    ...contestants(input.spec, state),
    spec: settings,
    state: state.inner,
    evidence,
  });
  return { ...said, plan: { ...said.plan, step: state.first + said.plan.step } };
}

function passed(input: Input, verdict: Verdict, plan: PlanDraft): Evaluation<ProgressiveState> {
  const { spec, state } = input;
  if (state.stage + 1 >= spec.stages.length) return end(input, 'promoted', verdict, plan);
  const next = enter(input, state, state.stage + 1);
  const said = look(input, next);
  // Nothing is asked of all traffic without a watch.
  if (said.status === 'succeeded') return end(input, 'promoted', verdict, plan);
  const reason = `${verdict.reason}; on to ${titleOf(spec, next)}`;
  return running(next, said, { ...verdict, outcome: 'advance', reason });
}

function running(
  state: ProgressiveState,
  { plan, state: inner }: Evaluation<unknown>,
  verdict: Verdict,
): Evaluation<ProgressiveState> {
  return { plan, state: { ...state, inner, step: plan.step }, verdict, status: 'running' };
}

/** @param plan what the stage's strategy ends with: where that is the same the step goes on */
function end(
  input: Input,
  phase: 'promoted' | 'rolled-back',
  verdict: Verdict,
  plan: PlanDraft,
): Evaluation<ProgressiveState> {
  const over = { ...input.state, phase, endedBy: 'verdict' as const, reason: verdict.reason, step: plan.step };
  const end = { ...ended(input, over), verdict };
  return sameJson(end.plan, plan) ? end : { ...ended(input, { ...over, step: plan.step + 1 }), verdict };
}

function ended({ spec, assignment }: Input, state: ProgressiveState): Evaluation<ProgressiveState> {
  const { champion, candidate } = contestants(spec, state);
  const promoted = state.phase === 'promoted';
  const by = state.endedBy === 'operator' ? 'an operator' : `the verdict: ${state.reason ?? ''}`;
  const said = promoted ? `${candidate} was promoted` : `rolled back to ${champion}`;
  return {
    plan: {
      step: state.step,
      allocation: soleAllocation(promoted ? candidate : champion),
      shadows: [],
      assignment: assignment ?? partsOf(stageAt(spec, state)).settings.assignment,
      // The champion stays warm, for an instant way back.
      fallback: champion,
    },
    state,
    status: promoted ? 'succeeded' : 'failed',
    verdict:
      state.endedBy === null
        ? {
            outcome: 'steady',
            version: candidate,
            reason: `${candidate} answers everything: there is no other version to compare it with`,
            checks: [],
          }
        : { outcome: promoted ? 'promote' : 'rollback', version: candidate, reason: `${said} by ${by}`, checks: [] },
  };
}
