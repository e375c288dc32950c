import type { Check } from '#contracts';
import { activeArms, areBurntIn, differs, evenWeights, posteriorsOf, wantedWeights } from './bandit-allocation.js';
import { contextOf, hasOneBest, haveMoved, modelsOf } from './bandit-context.js';
import { championOf, racedArms, type BanditSpec, type BanditState } from './bandit-spec.js';
import { errorCheck } from './checks/error-excess.js';
import { defaultIndifference, probabilityOfNothingLost, type Indifference } from './checks/indifference.js';
import { errorShare, levelAfter } from './error-levels.js';
import type { RewardKind } from './reward.js';
import type { EvaluateInput } from './strategy.js';

type Input = EvaluateInput<BanditSpec, BanditState>;

/** With a context no share of the errors can be expected of an arm; its error rate is compared, and has to be higher by as much. */
const errorMargin = 0.01;

/** Cuts off the arms that fail too often, as long as one is left. */
export function cutFailing({ spec, state, evidence }: Input): { cutOff: Record<string, string>; checks: Check[] } {
  const raced = racedArms(spec, state);
  const cutOff = { ...state.cutOff };
  const checks: Check[] = [];
  for (const version of activeArms(spec, state)) {
    const others = raced.filter((arm) => arm !== version);
    const alpha = (spec.alpha * errorShare * levelAfter(state.changes)) / raced.length;
    const check = errorCheck({
      evidence,
      version,
      others,
      margin: contextOf(spec) === undefined ? 0 : errorMargin,
      alpha,
    });
    checks.push(check);
    if (check.outcome === 'fail' && activeArms(spec, { cutOff }).length > 1) cutOff[version] = check.detail;
  }
  return { cutOff, checks };
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
