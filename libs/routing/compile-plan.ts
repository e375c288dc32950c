import type { TrafficPlan } from '#contracts';
import { CompiledContext } from './compile-context.js';

/** A shadow with the constant part of the text that is hashed for it. */
export interface CompiledShadow {
  readonly version: string;
  readonly fraction: number;
  readonly prefix: string;
}

/** A traffic plan made ready for millions of decisions: nothing in it changes from request to request. */
export class CompiledPlan {
  readonly plan: TrafficPlan;
  /** Versions with a weight above 0, in the plan's order. */
  readonly versions: readonly string[];
  readonly weights: Float64Array;
  /** Where each version's interval ends; it starts where the one before ends, the first at 0. The last ends at 1. */
  readonly ends: Float64Array;
  /** What is hashed before the routing key or the request's id. */
  readonly prefix: string;
  readonly shadows: readonly CompiledShadow[];
  /** Fraction of each shadow. */
  readonly fractions: ReadonlyMap<string, number>;
  readonly byKey: boolean;
  /** Set where each request is shared out by what it says. */
  readonly context: CompiledContext | undefined;

  constructor(plan: TrafficPlan) {
    const entries = plan.allocation.filter((entry) => entry.weight > 0);
    this.plan = plan;
    this.versions = entries.map((entry) => entry.version);
    this.weights = Float64Array.from(entries, (entry) => entry.weight);
    this.ends = intervalEnds(plan, this.weights);
    this.prefix = `${plan.salt}\0`;
    this.shadows = plan.shadows
      .filter((shadow) => shadow.fraction > 0)
      .map(({ version, fraction }) => ({ version, fraction, prefix: `${plan.salt}\0shadow\0${version}\0` }));
    this.fractions = new Map(this.shadows.map(({ version, fraction }) => [version, fraction]));
    this.byKey = plan.assignment === 'key';
    this.context = plan.contextual && new CompiledContext(plan.contextual, this.versions);
  }
}

/** Rounding of sums such as .1 + .2 + .7, and of weights that came through JSON. */
const tolerance = 1e-6;

function intervalEnds(plan: TrafficPlan, weights: Float64Array): Float64Array {
  let sum = 0;
  const ends = weights.map((weight) => (sum += weight));
  if (!(Math.abs(sum - 1) <= tolerance)) {
    throw new RangeError(
      `plan of endpoint "${plan.endpoint}", epoch ${plan.epoch}: the weights of its allocation sum to ${sum}, expected 1`,
    );
  }
  // Every number below 1 belongs to someone, whatever the rounding of the sum.
  ends[ends.length - 1] = 1;
  return ends;
}

const compiled = new WeakMap<TrafficPlan, CompiledPlan>();

/**
 * The plan ready for `decide` and `drawShadows`; the same plan object is compiled once. Plans are data: one that was
 * compiled must not be changed afterwards. Throws a RangeError where the weights do not sum to 1.
 */
export function compilePlan(plan: TrafficPlan | CompiledPlan): CompiledPlan {
  if (plan instanceof CompiledPlan) return plan;
  let result = compiled.get(plan);
  if (result === undefined) {
    result = new CompiledPlan(plan);
    compiled.set(plan, result);
  }
  return result;
}
