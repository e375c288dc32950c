import { compilePlan, decide, drawShadows } from '#routing';
import type { TrafficPlan } from '#contracts';
import type { Context, Figure } from '../benchmark.js';
import { pace } from '../harness/pace.js';

/** Different ids, as they come from headers: flat strings, not built while the clock runs. A power of two. */
const ids = Array.from({ length: 1 << 16 }, (_, n) => flat(`0199d2c4-7d1e-7c3a-9b7f-${String(n).padStart(12, '0')}`));
const keys = Array.from({ length: 1 << 16 }, (_, n) => flat(`consumer-${n}`));

/** What the router computes for each request, without Kafka around it. */
export function routingFigures(context: Context): Figure[] {
  const cases: [string, TrafficPlan][] = [
    ['2 arms', plan('request', 2, 0)],
    ['20 arms', plan('request', 20, 0)],
    ['2 arms, sticky', plan('key', 2, 0)],
    ['20 arms, sticky', plan('key', 20, 0)],
    ['2 arms and 2 shadows', plan('request', 2, 2)],
  ];
  return cases.map(([name, one]) => {
    const compiled = compilePlan(one);
    let seen = 0;
    const value = pace(1_000 * context.scale, 10_000, (n) => {
      const at = n & (ids.length - 1);
      const requestId = ids[at] ?? '';
      seen += decide({ plan: compiled, requestId, routingKey: keys[at] }).version.length;
      seen += drawShadows(compiled, requestId).length;
    });
    if (seen === 0) throw new Error('nothing was decided');
    context.say(`${name}: ${value.toFixed(0)} decisions/s`);
    return { name, value, unit: '/s', detail: 'decisions on one core, each of another id' };
  });
}

function plan(assignment: TrafficPlan['assignment'], versions: number, shadows: number): TrafficPlan {
  const name = (index: number) => `v${index + 1}`;
  return {
    ...{ endpoint: 'bench', revision: 1, epoch: 1, rollout: 1, step: 0, assignment, salt: 'bench' },
    ...{ fallback: name(0), timeoutMs: 5_000, at: 0 },
    allocation: Array.from({ length: versions }, (_, index) => ({ version: name(index), weight: 1 / versions })),
    shadows: Array.from({ length: shadows }, (_, index) => ({ version: name(versions + index), fraction: 0.5 })),
  };
}

/** The text as the decoder of a message makes it, in one piece. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}
