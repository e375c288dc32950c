import type { Uniform } from '#bandits';
import { delaySpanOf } from '#contracts';
import type { ScoringRule } from '#scoring';
import { sampleBinomial } from './binomial.js';
import { lookFrom, type LookTimes } from './look-times.js';
import type { World } from './world.js';

/** Part of the requests of one interval that is first counted at a look. */
interface Counted {
  readonly look: number;
  readonly share: number;
  /** Of this and the ones before. */
  readonly upTo: number;
}

/** Requests up to which each draws its own time; more are drawn look by look. */
const few = 8;

/**
 * When requests enter the statistics. With `missing: drop` a request does once its truth is there, if that comes within the window; with
 * `missing: default` when its window closes, with its truth or the default.
 */
export class TruthTimes {
  /** Probability that a request has its truth when it is counted. */
  readonly truthShare: number;
  private readonly known: (readonly Counted[] | undefined)[] = [];

  constructor(
    private readonly world: Pick<World, 'coverage' | 'delay'>,
    private readonly rule: Pick<ScoringRule, 'missing' | 'window'>,
    private readonly looks: LookTimes,
  ) {
    this.truthShare = rule.missing === 'drop' ? 1 : this.inTime;
  }

  /** Draws at which looks n requests of an interval (named by the look that ends it) are counted; calls back for each. @returns those that never are */
  split(n: number, interval: number, uniform: Uniform, counted: (look: number, n: number) => void): number {
    const all = (this.known[interval] ??= this.of(interval));
    const total = all.at(-1)?.upTo ?? 0;
    if (n <= few) {
      let never = n;
      for (let i = 0; i < n; i++) {
        const u = uniform();
        if (u >= total) continue;
        counted(at(all, u).look, 1);
        never--;
      }
      return never;
    }
    let left = n;
    let before = 0;
    for (const { look, share, upTo } of all) {
      if (left === 0) return 0;
      const now = sampleBinomial(left, Math.min(1, share / (1 - before)), uniform);
      if (now > 0) counted(look, now);
      left -= now;
      before = upTo;
    }
    return left;
  }

  /** The span of delays in which truths fall that come by a look, of requests made at a time (ms); undefined where the look does not say when they came. */
  spanOf(look: number, at: number): number | undefined {
    if (this.rule.missing === 'default') return undefined;
    const { delay } = this.world;
    return delaySpanOf(delay.kind === 'fixed' ? delay.ms : (this.looks.times[look] ?? 0) - at);
  }

  /** Part of the requests whose truth comes within the window. */
  private get inTime(): number {
    return (this.world.coverage ?? 1) * this.delayWithin(this.rule.window);
  }

  private delayWithin(ms: number): number {
    const { delay } = this.world;
    if (delay.kind === 'fixed' || delay.ms === 0) return delay.ms <= ms ? 1 : 0;
    return ms <= 0 ? 0 : -Math.expm1(-ms / delay.ms);
  }

  private of(interval: number): readonly Counted[] {
    const { rule, world, looks } = this;
    const end = looks.times[interval] ?? 0;
    // Counted no earlier than the last request of the interval may be.
    const atOnce = (after: number, share: number): Counted[] => {
      const look = lookFrom(looks, end + after);
      return look === undefined || share === 0 ? [] : [{ look, share, upTo: share }];
    };
    if (rule.missing === 'default') return atOnce(rule.window, 1);
    if (world.delay.kind === 'fixed' || world.delay.ms === 0) return atOnce(world.delay.ms, this.inTime);
    return this.gradually(interval);
  }

  /** The memoryless delay, over requests that came evenly within the interval. */
  private gradually(interval: number): readonly Counted[] {
    const { times } = this.looks;
    const mean = this.world.delay.ms;
    const end = times[interval] ?? 0;
    const start = times[interval - 1] ?? end;
    const length = Math.max(end - start, 1e-9);
    const total = this.inTime;
    const coverage = this.world.coverage ?? 1;
    const all: Counted[] = [];
    let upTo = 0;
    for (let look = interval; look < times.length && upTo < total * (1 - 1e-12); look++) {
      const since = (times[look] ?? 0) - end;
      const known = 1 - (mean / length) * (Math.exp(-since / mean) - Math.exp(-(since + length) / mean));
      const next = Math.min(total, coverage * known);
      if (next > upTo) all.push({ look, share: next - upTo, upTo: next });
      upTo = Math.max(upTo, next);
    }
    return all;
  }
}

/** Of each version: its own where the world says that its truths come otherwise. */
export function truthTimesByVersion(
  world: World,
  rule: Pick<ScoringRule, 'missing' | 'window'>,
  looks: LookTimes,
): (version: string) => TruthTimes {
  const usual = new TruthTimes(world, rule, looks);
  const own = new Map(
    Object.entries(world.versions).flatMap(([version, { coverage = world.coverage, delay = world.delay }]) =>
      coverage === world.coverage && delay === world.delay
        ? []
        : [[version, new TruthTimes({ delay, ...(coverage !== undefined && { coverage }) }, rule, looks)] as const],
    ),
  );
  return (version) => own.get(version) ?? usual;
}

/** The one in whose part of [0, total) u falls. */
function at(all: readonly Counted[], u: number): Counted {
  let [low, high] = [0, all.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((all[middle]?.upTo ?? 0) > u) high = middle;
    else low = middle + 1;
  }
  return all[low] as Counted;
}
