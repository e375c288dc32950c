import type { Check } from '#contracts';
import { activeArms, areBurntIn, differs, evenWeights, posteriorsOf, wantedWeights } from './bandit-allocation.js';
import { contextOf, hasOneBest, haveMoved, modelsOf } from './bandit-context.js';
import { championOf, racedArms, type BanditSpec, type BanditState } from './bandit-spec.js';
import { errorCheck } from './checks/error-excess.js';
import { defaultIndifference, probabilityOfNothingLost, type Indifference } from './checks/indifference.js';
import { latencyChecks } from './checks/latency.js';
import { levelAfter, shareLevel } from './error-levels.js';
import type { RewardKind } from './reward.js';
import { timesOf } from './step-evidence.js';
import type { EvaluateInput } from './strategy.js';

type Input = EvaluateInput<BanditSpec, BanditState>;

/** With a context no share of the errors can be expected of an arm; its error rate is compared, and has to be higher by as much. */
const errorMargin = 0.01;

/** Cuts off the arms that fail too often or are too slow, as long as one is left. */
export function cutFailing(input: Input): { cutOff: Record<string, string>; checks: Check[] } {
  const { spec, state, evidence } = input;
  const raced = racedArms(spec, state);
  const level = levelsOf(spec, state);
  const margin = contextOf(spec) === undefined ? 0 : errorMargin;
  const cutOff = { ...state.cutOff };
  const checks: Check[] = [];
  for (const version of activeArms(spec, state)) {
    const others = raced.filter((arm) => arm !== version);
    const errors = errorCheck({ evidence, version, others, margin, alpha: level.errors / raced.length });
    const found = [errors, ...slowness(input, version, level.latency / raced.length)];
    checks.push(...found);
    const failed = found.find(({ outcome }) => outcome === 'fail');
    if (failed !== undefined && activeArms(spec, { cutOff }).length > 1) cutOff[version] = failed.detail;
  }
  return { cutOff, checks };
}

/** The rollout's error level in its parts, for the set of arms in force. */
export const levelsOf = ({ alpha, guardrails }: BanditSpec, { changes }: Pick<BanditState, 'changes'>) =>
  shareLevel(alpha * levelAfter(changes), { latency: guardrails?.latency !== undefined });

/** An arm's latency against the champion's within steps; the champion has only the limit to keep to. */
function slowness({ spec, evidence }: Input, version: string, alpha: number): Check[] {
  const champion = championOf(spec);
  const guardrail = spec.guardrails?.latency;
  if (guardrail === undefined) return [];
  const { maxRatio: _, ...limit } = guardrail;
  return latencyChecks({
    version,
    other: champion,
    times: timesOf(evidence, version, champion),
    guardrail: version === champion ? limit : guardrail,
    alpha,
  });
}

/** Computes afresh, where the cadence says so or an arm was cut off, the shares and what the champion may cost. */
export function reweigh(input: Input, state: BanditState): BanditState {
  const { spec, now } = input;
  const arms = activeArms(spec, state);
  const fewer = arms.length < activeArms(spec, input.state).length;
  if (!fewer && now - state.computedAt < spec.cadence) return state;
  const weights = contextOf(spec) === undefined ? wantedWeights(spec, arms, input) : evenWeights(arms);
  const computed = { ...state, computedAt: now, nothingLost: nothingLost(input, arms) };
  const models = modelsOf(spec, state, input);
  // Models change within a step: the plan's own shares stay as they are.
  const learnt = haveMoved(state.models, models) ? { ...computed, models } : computed;
  return differs(state.weights, weights) ? { ...learnt, weights, stretch: state.stretch + 1 } : learnt;
}

/** How much better an arm must be to be worth a change; undefined where no such stop is wanted, or none can be made. */
export function indifferenceOf(spec: BanditSpec, reward: RewardKind): Indifference | undefined {
  if (spec.indifference === false || !hasOneBest(spec, reward)) return undefined;
  return spec.indifference ?? defaultIndifference(reward);
}

function nothingLost({ spec, evidence, reward }: Input, arms: readonly string[]): number | null {
  const indifference = indifferenceOf(spec, reward);
  const champion = arms.indexOf(championOf(spec));
  if (indifference === undefined || champion < 0 || !areBurntIn(spec, arms, evidence)) return null;
  return probabilityOfNothingLost(posteriorsOf(spec, arms, { evidence, reward }), champion, indifference);
}
