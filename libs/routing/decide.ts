import type { TrafficPlan } from '#contracts';
import { compilePlan, type CompiledPlan } from './compile-plan.js';
import { hashToUnit } from './hash.js';
import { matchRules, type RoutingHeaders } from './match-rules.js';

/** What a decision looks at, and nothing else: the same input gives the same decision, here and in a simulation. */
export interface RoutingQuestion {
  /** A plan, or better one made ready by `compilePlan`. */
  readonly plan: TrafficPlan | CompiledPlan;
  readonly requestId: string;
  /** The consumer's key; with assignment `key` it decides in place of the request's id. An empty one is none. */
  readonly routingKey?: string | null | undefined;
  /** For the plan's rules; needed only where it has some. */
  readonly headers?: RoutingHeaders | undefined;
  /** With a contextual plan: what `plan.context.read` made of the request's body; null or absent where it could not be read. */
  readonly features?: readonly number[] | null | undefined;
  /** A version that the caller named: it is taken, whatever the plan says. */
  readonly pinned?: string | null | undefined;
}

/** Who answers. */
export interface Assignment {
  readonly version: string;
  /** Probability of this version under the plan: its weight, or what its model made of the request's features. Null where nothing was drawn. */
  readonly propensity: number | null;
  /** Named by the caller or by a rule: logged and scored, but in no statistic. */
  readonly pinned: boolean;
  /** The numbers that a contextual plan drew by. */
  readonly features?: readonly number[];
}

/**
 * The version that answers a request: the one named by the caller, else by the first rule that matches, else the one in
 * whose interval the hash of `salt + "\0" + (routing key or request id)` falls. Intervals lie in the allocation's order,
 * so the first version keeps its requests when its weight grows.
 */
export function decide(question: RoutingQuestion): Assignment {
  const compiled = compilePlan(question.plan);
  const { requestId, routingKey, pinned } = question;
  if (pinned !== undefined && pinned !== null) return { version: pinned, propensity: null, pinned: true };

  const { rules } = compiled.plan;
  const ruled = rules === undefined ? undefined : matchRules(rules, routingKey, question.headers);
  if (ruled !== undefined) return { version: ruled, propensity: null, pinned: true };

  const unit = compiled.byKey && routingKey ? routingKey : requestId;
  const point = hashToUnit(compiled.prefix + unit);
  if (compiled.context !== undefined && question.features) return inContext(compiled, question.features, point);
  const index = intervalOf(compiled.ends, point);
  return { version: compiled.versions[index] as string, propensity: compiled.weights[index] as number, pinned: false };
}

/** The same draw, with intervals as wide as the request's own probabilities. */
function inContext({ context, versions }: CompiledPlan, features: readonly number[], point: number): Assignment {
  const weights = context?.weights(features) ?? [];
  let index = 0;
  for (let end = weights[0] ?? 1; point >= end && index < weights.length - 1; end += weights[index] ?? 0) index++;
  return { version: versions[index] as string, propensity: weights[index] as number, pinned: false, features };
}

/** Index of the interval [previous end, end) in which `point`, from [0, 1), lies. */
function intervalOf(ends: Float64Array, point: number): number {
  let index = 0;
  while (point >= (ends[index] as number)) index++;
  return index;
}
