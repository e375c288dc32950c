import type { RewardSums, Uniform } from '#bandits';
import { baselineArm } from '#contracts';
import { armName, decide } from '#routing';
import type { PlanDraft } from '#strategies';
import { Answers, type Stretch, type Surroundings } from './answers.js';
import { sampleBinomial, sampleMultinomial } from './binomial.js';
import type { Kind } from './kinds.js';
import { ConsumerUnit, requestUnits, type Recorder } from './unit.js';
import type { World } from './world.js';

/** Requests of one kind, given to versions. */
export interface Served {
  readonly world: World;
  /** In the allocation's order. */
  readonly counts: readonly number[];
}

/** Serves the requests of a stretch by its plan. */
export type Traffic = (stretch: Stretch, requests: number) => Served[];

/** How many requests of each kind a plan gives to each version: exact, and as quick for a million as for a hundred. */
export function shareOut(kinds: readonly Kind[], plan: PlanDraft, requests: number, uniform: Uniform): Served[] {
  const shares = kinds.map(({ share }) => share);
  const ofKind = kinds.length === 1 ? [requests] : sampleMultinomial(requests, shares, uniform);
  return kinds.map((kind, i) => ({
    world: kind.world,
    counts: sampleMultinomial(ofKind[i] ?? 0, kind.weights(plan), uniform),
  }));
}

/** Each request is assigned by itself, so that counts are drawn instead of requests. */
export function requestTraffic(surroundings: Surroundings, kinds: readonly Kind[]): Traffic {
  const answers = kinds.map(({ world }) => new Answers({ ...surroundings, world }));
  const { book, uniform } = surroundings;
  return (stretch, requests) => {
    const { plan } = stretch;
    const served = shareOut(kinds, plan, requests, uniform);
    for (const [k, { counts }] of served.entries()) {
      const features = kinds[k]?.features(plan) ?? null;
      for (const [i, { version, weight }] of plan.allocation.entries()) {
        const n = counts[i] ?? 0;
        const sliced = plan.baseline?.version === version ? plan.baseline.weight / weight : 0;
        const inSlice = sampleBinomial(n, sliced, uniform);
        const take = (arm: string, part: number): void => {
          const units = requestUnits(() => book.arm(plan.step, arm));
          const recorder =
            features === null ? units : learningFrom(units, (sums) => book.learn(version, features, sums));
          if (part > 0) answers[k]?.take(version, part, stretch, recorder);
        };
        take(version, n - inSlice);
        take(baselineArm(version), inSlice);
      }
    }
    return served;
  };
}

const learningFrom = (recorder: Recorder, learn: (sums: RewardSums) => void): Recorder => ({
  took: (latencies) => recorder.took(latencies),
  record: (requests, failed) => recorder.record(requests, failed),
  join: (truths, span) => recorder.join(truths, span),
  score(sums) {
    recorder.score(sums);
    learn(sums);
  },
});

/** Every request comes from a consumer, whose key the router hashes: consumer by consumer, since they are the units of the tests. */
export function consumerTraffic(
  surroundings: Surroundings,
  { draw, salt, endpoint }: { draw: (uniform: Uniform) => number; salt: string; endpoint: string },
): Traffic {
  const answers = new Answers(surroundings);
  const { book, uniform } = surroundings;
  let units = new Map<number, ConsumerUnit>();
  let present = -1;
  return (stretch, requests) => {
    const { plan } = stretch;
    if (plan.step !== present) {
      units = new Map();
      present = plan.step;
    }
    const routed = { ...plan, endpoint, salt, revision: 1, epoch: plan.step + 1, rollout: 1, timeoutMs: 1, at: 0 };
    const counts = new Map<string, number>();
    for (const [consumer, n] of requestsBy(draw, requests, uniform)) {
      let unit = units.get(consumer);
      if (unit === undefined) {
        const routingKey = `consumer-${consumer}`;
        const { version } = decide({ plan: routed, requestId: routingKey, routingKey });
        const arm = armName(routed, { version, requestId: routingKey, routingKey });
        unit = new ConsumerUnit(version, () => book.arm(plan.step, arm));
        units.set(consumer, unit);
      }
      counts.set(unit.version, (counts.get(unit.version) ?? 0) + n);
      answers.take(unit.version, n, stretch, unit);
    }
    return [{ world: surroundings.world, counts: plan.allocation.map(({ version }) => counts.get(version) ?? 0) }];
  };
}

/** How many of the requests of a stretch come from each consumer, in the order in which they first do. */
function requestsBy(draw: (uniform: Uniform) => number, requests: number, uniform: Uniform): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < requests; i++) {
    const consumer = draw(uniform);
    counts.set(consumer, (counts.get(consumer) ?? 0) + 1);
  }
  return counts;
}
