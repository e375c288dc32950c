import { compilePlan, decide, drawShadows } from '#routing';
import type { TrafficPlan } from '#contracts';
import type { Benchmark, Figure } from './benchmark.js';
import { pace } from './harness/pace.js';

/** What the router computes for each request, without Kafka around it. */
export const decisions: Benchmark = {
  name: 'decisions',
  title: 'Routing decisions',
  run(context) {
    const cases: [string, TrafficPlan][] = [
      ['decide, 2 versions', plan(2, 0)],
      ['decide, 20 versions', plan(20, 0)],
      ['decide and draw, 2 versions, 2 shadows', plan(2, 2)],
    ];
    const figures = cases.map(([name, one]): Figure => {
      const compiled = compilePlan(one);
      let seen = 0;
      const perSecond = pace(1_000 * context.scale, 1_000, (n) => {
        const requestId = `0199d2c4-7d1e-7c3a-9b7f-${n}`;
        seen += decide({ plan: compiled, requestId }).version.length + drawShadows(compiled, requestId).length;
      });
      if (seen === 0) throw new Error('nothing was decided');
      context.say(`${name}: ${perSecond.toFixed(0)}/s`);
      return { name, value: perSecond, unit: '/s', detail: 'one thread, ids as they come' };
    });
    return Promise.resolve({ figures });
  },
};

function plan(versions: number, shadows: number): TrafficPlan {
  const name = (index: number) => `v${index + 1}`;
  return {
    ...{ endpoint: 'bench', revision: 1, epoch: 1, rollout: 1, step: 0, assignment: 'request', salt: 'bench' },
    ...{ fallback: name(0), timeoutMs: 5_000, at: 0 },
    allocation: Array.from({ length: versions }, (_, index) => ({ version: name(index), weight: 1 / versions })),
    shadows: Array.from({ length: shadows }, (_, index) => ({ version: name(versions + index), fraction: 0.5 })),
  };
}
