import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { AppName } from '#contracts';

export type FaultKind = 'kill' | 'pause' | 'stop' | 'plan';

export interface Fault {
  readonly kind: FaultKind;
  /** Instances that are hit at the same time; none where the plan is changed. */
  readonly targets: readonly { readonly app: AppName; readonly index: number }[];
  /** How long they are away. */
  readonly holdMs: number;
  /** How long the stack is left alone afterwards. */
  readonly restMs: number;
}

/** A schedule of faults, the same for the same seed: every service is hit, some alone, some two at a time. */
export function faultSchedule(seed: number, count: number, instances: Readonly<Record<AppName, number>>): Fault[] {
  const random = xoroshiro128plus(seed);
  const between = (least: number, most: number): number => uniformInt(random, least, most);
  const pick = <T>(from: readonly T[]): T => from[between(0, from.length - 1)]!;
  const apps = Object.keys(instances) as AppName[];
  const someone = (app: AppName) => ({ app, index: between(0, instances[app] - 1) });

  const faults: Fault[] = [];
  // Each service in turn in a drawn order, so that none is spared, however the dice fall.
  let order: AppName[] = [];
  for (let n = 0; n < count; n += 1) {
    const kind = pick<FaultKind>(['kill', 'kill', 'kill', 'pause', 'pause', 'stop', 'plan']);
    if (kind === 'plan') {
      faults.push({ kind, targets: [], holdMs: 0, restMs: between(1_000, 3_000) });
      continue;
    }
    if (order.length === 0) order = shuffled(apps, between);
    const first = someone(order.pop()!);
    const second = someone(pick(apps));
    const both = between(0, 3) === 0 && (second.app !== first.app || second.index !== first.index);
    faults.push({
      kind,
      targets: both ? [first, second] : [first],
      // Group sessions end after 6 s: shorter pauses come back to their partitions, longer ones find them taken.
      holdMs: kind === 'pause' ? between(500, 10_000) : between(0, 4_000),
      restMs: between(1_000, 4_000),
    });
  }
  return faults;
}

function shuffled<T>(items: readonly T[], between: (least: number, most: number) => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = between(0, last);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
