import { probabilityOfBest } from '#bandits';
import type { Check, Verdict } from '#contracts';
import { activeArms, policyOf, posteriorsOf } from './bandit-allocation.js';
import { contextOf, hasOneBest } from './bandit-context.js';
import { indifferenceOf, levelsOf } from './bandit-race.js';
import { championOf, racedArms, type BanditSpec, type BanditState } from './bandit-spec.js';
import { indifferenceCheck } from './checks/indifference.js';
import { minimumSampleCheck, trafficCheck } from './checks/progress.js';
import { winnerCheck } from './checks/winner.js';
import { hold, isBlocked } from './hold.js';
import { totalOf } from './step-evidence.js';
import type { EvaluateInput } from './strategy.js';
import { figure, percent } from './words.js';

type Input = EvaluateInput<BanditSpec, BanditState>;

interface Decided {
  readonly state: BanditState;
  readonly verdict: Verdict;
}

/** What is said of a race that runs. @param guards checks that were met already */
export function decide(input: Input, before: BanditState, guards: Check[]): Decided {
  const { spec, evidence, reward } = input;
  const arms = activeArms(spec, before);
  const totals = arms.map((arm) => totalOf(evidence, arm));
  if (arms.length === 1) {
    const [only = championOf(spec)] = arms;
    const reason = `${only} is the only arm left: ${Object.values(before.cutOff).join('; ')}`;
    return promote(input, before, only, { reason, checks: guards });
  }
  const { leader, confirmed, check } = winnerCheck({
    evidence,
    arms,
    all: racedArms(spec, before),
    reward,
    alpha: levelsOf(spec, before).rewards,
  });
  const state = { ...before, leader };
  const oneBest = hasOneBest(spec, reward);
  const samples = minimumSampleCheck(totals, Math.max(spec.minSamples, spec.burnIn), 'in this rollout');
  const indifference = indifferenceChecks(input, state);
  const checks = [
    ...guards,
    trafficCheck(totals, 'in this rollout'),
    samples,
    ...shares(input, arms),
    oneBest ? check : withoutWinner(spec, input, check),
    ...indifference,
  ];
  if (oneBest && confirmed && samples.outcome === 'pass' && leader !== null) {
    return promote(input, state, leader, { reason: check.detail, checks });
  }
  const [kept] = indifference;
  if (kept?.outcome === 'pass') return keep(input, state, { reason: kept.detail, checks });
  const reason = isBlocked(checks) ? undefined : followed(spec, state);
  return { state, verdict: hold(checks, reason === undefined ? {} : { reason }) };
}

/** What is said of a rollout that has ended. */
export function endedVerdict({ spec, state }: Input): Verdict {
  const by = state.endedBy === 'operator' ? 'an operator' : 'the verdict';
  const champion = championOf(spec);
  if (state.phase === 'kept') {
    return { outcome: 'equivalent', version: champion, reason: `${champion} was kept by ${by}`, checks: [] };
  }
  return state.winner === null
    ? { outcome: 'rollback', version: champion, reason: `rolled back to ${champion} by ${by}`, checks: [] }
    : { outcome: 'promote', version: state.winner, reason: `${state.winner} was promoted by ${by}`, checks: [] };
}

/** Each arm's mean, and P(best) unless each arm answers requests of its own kind: for people. */
function shares({ spec, evidence, reward }: Input, arms: readonly string[]): Check[] {
  const best =
    contextOf(spec) === undefined ? probabilityOfBest(posteriorsOf(spec, arms, { evidence, reward })) : undefined;
  return arms.map((version, i) => {
    const { scored, sum } = totalOf(evidence, version);
    const mean = scored === 0 ? 'no reward yet' : `mean reward ${figure(sum / scored)} of ${figure(scored)}`;
    const check = { version, outcome: 'info' } as const;
    if (best === undefined) {
      const value = scored === 0 ? {} : { value: sum / scored };
      return { name: 'mean-reward', ...check, ...value, detail: `${version}: ${mean}, of the requests it was given` };
    }
    const value = best[i] ?? 0;
    const detail = `${version}: ${mean}, best with probability ${percent(value)}`;
    return { name: 'best-probability', ...check, value, detail };
  });
}

function withoutWinner(spec: BanditSpec, { reward }: Input, check: Check): Check {
  const { name } = policyOf(spec, reward);
  const why =
    contextOf(spec) === undefined
      ? `policy ${name} forgets: no winner is confirmed while arms may change`
      : 'which arm is best depends on the request: no winner is confirmed';
  return { ...check, outcome: 'info', detail: why };
}

/** As of when the shares were computed. */
function indifferenceChecks({ spec, reward }: Input, { nothingLost, cutOff }: BanditState): Check[] {
  const indifference = indifferenceOf(spec, reward);
  const champion = championOf(spec);
  if (indifference === undefined || cutOff[champion] !== undefined) return [];
  return [indifferenceCheck(champion, indifference, nothingLost)];
}

type Grounds = Pick<Verdict, 'reason' | 'checks'>;

function promote(input: Input, state: BanditState, winner: string, grounds: Grounds): Decided {
  return ended(input, { ...state, phase: 'promoted', winner }, { outcome: 'promote', version: winner, ...grounds });
}

function keep(input: Input, state: BanditState, grounds: Grounds): Decided {
  const version = championOf(input.spec);
  return ended(input, { ...state, phase: 'kept' }, { outcome: 'equivalent', version, ...grounds });
}

/** Ends the rollout, or advises to where an operator has the last word. */
function ended({ spec, state: before }: Input, state: BanditState, verdict: Verdict): Decided {
  if (spec.onSuccess !== 'promote') {
    const open = { ...state, phase: before.phase, winner: before.winner };
    return { state: open, verdict: { ...verdict, waitsFor: 'an operator who promotes or rolls back' } };
  }
  return { state: { ...state, endedBy: 'verdict', stretch: state.stretch + 1 }, verdict };
}

const followed = (spec: BanditSpec, { weights }: BanditState): string =>
  contextOf(spec) === undefined
    ? `shares follow the rewards (${inWords(weights)})`
    : 'each request is shared out by what its features say of the rewards';

const inWords = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .map(([version, weight]) => `${version} ${percent(Math.round(weight * 1000) / 1000)}`)
    .join(', ');
