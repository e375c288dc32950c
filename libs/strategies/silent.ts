import type { Check, Verdict } from '#contracts';
import { soleAllocation } from './allocation.js';
import { estimateProblems, heldByEstimates, isEstimate } from './checks/estimates.js';
import { lagCheck } from './checks/progress.js';
import { hold } from './hold.js';
import { advantage, judge } from './silent-shadow.js';
import { silentSpec, silentState, type ShadowOutcome, type SilentSpec, type SilentState } from './silent-spec.js';
import { SteeringError, type EvaluateInput, type Evaluation, type Strategy, type StrategyStatus } from './strategy.js';

type Input = EvaluateInput<SilentSpec, SilentState>;

/**
 * The champion answers everything; shadows get copies and are compared with it on the same requests, each at its part of the error level. A better one
 * is promoted (or waits for an operator), a worse one is rejected; what was said of a shadow stays said.
 */
export const silent: Strategy<SilentSpec, SilentState> = {
  name: 'silent',
  specSchema: silentSpec,
  stateSchema: silentState,

  versionsOf: ({ champion, shadows }) => [
    { path: ['champion'], version: champion },
    ...shadows.map(({ version }, i) => ({ path: ['shadows', i, 'version'], version })),
  ],

  problems: ({ guardrails }, reward) => estimateProblems(guardrails, reward),

  about(written, { champion, candidate }) {
    const [first] = Array.isArray(written['shadows']) ? (written['shadows'] as unknown[]) : [];
    const shadows = [{ ...(first as object | undefined), version: candidate }];
    return { ...written, ...(champion === undefined ? {} : { champion }), shadows };
  },

  begin: () => ({ phase: 'running', endedBy: null, promoted: null, stretch: 0, decided: {} }),

  evaluate(input) {
    if (input.state.phase !== 'running') return result(input, input.state, endedVerdict(input));
    const { spec, now } = input;
    const checks: Check[] = [];
    const decided = { ...input.state.decided };
    for (const { version } of spec.shadows) {
      const { outcome, reason, checks: own } = judge(input, version);
      checks.push(...own);
      if (outcome !== undefined && decided[version] === undefined) decided[version] = { outcome, reason, at: now };
    }
    checks.push(...lagCheck(input.evidence, input.maxLag));
    return conclude(input, { ...input.state, decided }, checks);
  },

  steer({ spec, state, verb, version }) {
    const ended = { endedBy: 'operator' as const, stretch: state.stretch + 1 };
    if (verb === 'rollback') return { ...state, ...ended, phase: 'rolled-back', promoted: null };
    const names = spec.shadows.map((shadow) => shadow.version);
    const better = names.filter((name) => state.decided[name]?.outcome === 'promote');
    const promoted = version ?? (names.length === 1 ? names[0] : better.length === 1 ? better[0] : undefined);
    if (promoted === undefined || !names.includes(promoted)) {
      const problem = version === undefined ? 'there are several shadows' : `"${version}" is no shadow`;
      throw new SteeringError(`${problem}: name the version to promote, one of ${names.join(', ')}`);
    }
    return { ...state, ...ended, phase: 'promoted', promoted };
  },

  restart: ({ state, step }) => ({ ...state, stretch: step }),
};

interface Said {
  readonly version: string;
  readonly outcome?: ShadowOutcome;
  readonly reason?: string;
}

/** One verdict of what was said of all shadows: a better one first, then what is still open, then what they came to. */
function conclude(input: Input, state: SilentState, checks: Check[]): Evaluation<SilentState> {
  const all = input.spec.shadows.map(({ version }): Said => ({ version, ...state.decided[version] }));
  const winners = all.filter((shadow) => shadow.outcome === 'promote');
  const open = all.filter((shadow) => shadow.outcome === undefined);
  if (winners.length > 0) {
    const best = winners.reduce((a, b) => (advantage(input, b.version) > advantage(input, a.version) ? b : a));
    return promote(input, state, checks, best, all);
  }
  if (open.length > 0) {
    const waiting = checks.filter((check) => open.some((shadow) => shadow.version === check.version));
    const reason = input.evidence === null ? 'no evidence yet' : ['not enough is known yet', ...brief(all)].join(', ');
    return result(input, state, { ...hold(waiting, { reason }), checks });
  }
  return noneBetter(input, state, checks, all);
}

function promote(
  input: Input,
  state: SilentState,
  checks: Check[],
  winner: Said,
  all: Said[],
): Evaluation<SilentState> {
  const { version } = winner;
  const verdict: Verdict = { outcome: 'promote', version, reason: reasonOf(winner, all), checks };
  const behind = checks.some((check) => check.name === 'lag' && check.outcome === 'wait');
  if (behind) return result(input, state, { ...verdict, waitsFor: 'the prediction log to catch up' });
  const held = checks.filter((check) => check.version === version && check.outcome === 'wait' && isEstimate(check));
  if (held.length > 0) {
    const waitsFor = `${heldByEstimates}: ${held.map(({ detail }) => detail).join('; ')}`;
    return result(input, state, { ...verdict, waitsFor });
  }
  if (input.spec.onSuccess !== 'promote') {
    return result(input, state, { ...verdict, waitsFor: 'promotion by an operator' });
  }
  return result(input, { ...state, phase: 'promoted', promoted: version, ...byVerdict(state) }, verdict);
}

/** Every shadow is decided and none is better: where promotion is automatic the rollout ends, else this is advice. */
function noneBetter(input: Input, state: SilentState, checks: Check[], all: Said[]): Evaluation<SilentState> {
  const equivalent = all.find((shadow) => shadow.outcome === 'equivalent');
  const shown = equivalent ?? all[0] ?? { version: input.spec.champion };
  const outcome = equivalent === undefined ? 'reject' : 'equivalent';
  const verdict: Verdict = { outcome, version: shown.version, reason: reasonOf(shown, all), checks };
  if (input.spec.onSuccess !== 'promote') return result(input, state, verdict);
  const status = equivalent === undefined ? 'failed' : 'succeeded';
  return result(input, { ...state, phase: 'rolled-back', ...byVerdict(state) }, verdict, status);
}

const byVerdict = (state: SilentState) => ({ endedBy: 'verdict' as const, stretch: state.stretch + 1 });

const brief = (all: readonly Said[]): string[] =>
  all.flatMap(({ version, outcome }) => (outcome === undefined ? [] : [`${version}: ${outcome}`]));

function reasonOf(shown: Said, all: readonly Said[]): string {
  const others = brief(all.filter((shadow) => shadow !== shown));
  return `${shown.reason ?? ''}${others.length > 0 ? ` (${others.join(', ')})` : ''}`;
}

function endedVerdict({ spec, state }: Input): Verdict {
  const by = state.endedBy === 'operator' ? 'an operator' : 'the verdict';
  return state.promoted === null
    ? { outcome: 'rollback', version: spec.champion, reason: `ended with ${spec.champion} by ${by}`, checks: [] }
    : { outcome: 'promote', version: state.promoted, reason: `${state.promoted} was promoted by ${by}`, checks: [] };
}

function result(input: Input, state: SilentState, verdict: Verdict, status?: StrategyStatus): Evaluation<SilentState> {
  const { spec, assignment } = input;
  const byPhase = { running: 'running', promoted: 'succeeded', 'rolled-back': 'failed' } as const;
  return {
    plan: {
      step: state.stretch,
      allocation: soleAllocation(state.promoted ?? spec.champion),
      shadows: state.phase === 'running' ? spec.shadows.map(({ version, fraction }) => ({ version, fraction })) : [],
      assignment: assignment ?? spec.assignment,
      fallback: spec.champion,
    },
    state,
    verdict,
    status: status ?? byPhase[state.phase],
  };
}
