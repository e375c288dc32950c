import type { Uniform } from '#bandits';
import { decide } from '#routing';
import { Answers, type Stretch, type Surroundings } from './answers.js';
import { sampleMultinomial } from './binomial.js';
import { ConsumerUnit, requestUnits } from './unit.js';

/** Serves the requests of a stretch by its plan. @returns how many each version was given, in the allocation's order */
export type Traffic = (stretch: Stretch, requests: number) => number[];

/** Each request is assigned by itself, so that counts are drawn instead of requests: exact, and as quick for a million as for a hundred. */
export function requestTraffic(surroundings: Surroundings): Traffic {
  const answers = new Answers(surroundings);
  const { book, uniform } = surroundings;
  return (stretch, requests) => {
    const { allocation, step } = stretch.plan;
    const counts = sampleMultinomial(
      requests,
      allocation.map(({ weight }) => weight),
      uniform,
    );
    allocation.forEach(({ version }, i) => {
      const n = counts[i] ?? 0;
      if (n > 0)
        answers.take(
          version,
          n,
          stretch,
          requestUnits(() => book.arm(step, version)),
        );
    });
    return counts;
  };
}

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
        unit = new ConsumerUnit(version, () => book.arm(plan.step, version));
        units.set(consumer, unit);
      }
      counts.set(unit.version, (counts.get(unit.version) ?? 0) + n);
      answers.take(unit.version, n, stretch, unit);
    }
    return plan.allocation.map(({ version }) => counts.get(version) ?? 0);
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
