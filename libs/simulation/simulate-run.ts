import { uniformFrom } from '#bandits';
import type { Evidence, Verdict } from '#contracts';
import type { Manifest } from '#manifests';
import type { Evaluation, RegisteredStrategy } from '#strategies';
import type { Surroundings } from './answers.js';
import { consumerDraw } from './consumers.js';
import { EvidenceBook } from './evidence-book.js';
import { kindsOf, overallAllocation, type Kind } from './kinds.js';
import { Latencies } from './latencies.js';
import { Ledger } from './ledger.js';
import { lookTimes, type LookTimes } from './look-times.js';
import { ruleOf, strategyOf } from './manifest-parts.js';
import { ShareTimeline } from './share-timeline.js';
import { consumerTraffic, requestTraffic, shareOut, type Traffic } from './traffic.js';
import { TruthQueue } from './truth-queue.js';
import { truthTimesByVersion } from './truth-times.js';
import type { World } from './world.js';
import { worldProblems } from './world-problems.js';

/** The first verdict that decided something. */
export interface Decision {
  readonly outcome: Verdict['outcome'];
  readonly version: string | null;
  readonly reason: string;
  /** The rollout ended with it; else it is advice that waits for an operator, and nobody acts on it here. */
  readonly ended: boolean;
  /** ms since the start. */
  readonly at: number;
  /** Requests that had come by then. */
  readonly requests: number;
}

/** What became of one rollout. */
export interface RunResult {
  readonly run: number;
  /** Null: undecided when the requests were over. */
  readonly decision: Decision | null;
  /** Requests by the version they were given to; of the whole run, the time after the verdict too. */
  readonly requests: Readonly<Record<string, number>>;
  /** Requests given to a version when another was better. */
  readonly worse: number;
  /** Reward lost against the best version at every request. */
  readonly regret: number;
  /** Share of each version over time, in equal parts of the run. */
  readonly shares: Readonly<Record<string, readonly number[]>>;
}

/** One look of the strategy at the evidence. */
export interface Look {
  /** ms since the start. */
  readonly at: number;
  /** As it is now: it changes afterwards. */
  readonly evidence: Evidence | null;
  readonly evaluation: Evaluation<unknown>;
}

export interface Simulation {
  /** One rollout: the same for the same (seed, run), on any machine. @param observe is shown every look */
  run(seed: number, run?: number, observe?: (look: Look) => void): RunResult;
}

const decisive: readonly Verdict['outcome'][] = ['promote', 'rollback', 'reject', 'equivalent'];

/**
 * Makes a simulation ready to be run often.
 * @throws RangeError where the world does not fit the manifest, with all that is wrong
 */
export function prepareSimulation({ manifest, world }: { manifest: Manifest; world: World }): Simulation {
  const problems = worldProblems(manifest, world);
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  const rule = ruleOf(manifest);
  const strategy = strategyOf(manifest);
  const looks = lookTimes(world);
  const truthsOf = truthTimesByVersion(world, rule, looks);
  const latencies = new Latencies(world);
  const draw = world.consumers === undefined ? undefined : consumerDraw(world.consumers);
  return {
    run(seed, run = 0, observe = () => undefined) {
      const uniform = uniformFrom(seed, run);
      const book = new EvidenceBook(manifest.name, rule.missing);
      const surroundings = { world, rule, latencies, truthsOf, book, queue: new TruthQueue(), uniform };
      const kinds = kindsOf(world);
      const byRequest = requestTraffic(surroundings, kinds);
      const salt = `${manifest.name}/${seed}/${run}`;
      const byKey =
        draw === undefined ? byRequest : consumerTraffic(surroundings, { draw, salt, endpoint: manifest.name });
      const traffic: Traffic = (stretch, n) =>
        stretch.plan.assignment === 'key' ? byKey(stretch, n) : byRequest(stretch, n);
      return play({ manifest, strategy, looks, traffic, surroundings, kinds, run, observe });
    },
  };
}

/** One rollout of the manifest's strategy in the world; see `prepareSimulation` for many. */
export function simulateRun({
  seed,
  run,
  ...input
}: {
  manifest: Manifest;
  world: World;
  seed: number;
  run?: number;
}): RunResult {
  return prepareSimulation(input).run(seed, run);
}

interface Play {
  readonly manifest: Manifest;
  readonly strategy: RegisteredStrategy;
  readonly looks: LookTimes;
  readonly traffic: Traffic;
  readonly surroundings: Surroundings;
  readonly kinds: readonly Kind[];
  readonly run: number;
  readonly observe: (look: Look) => void;
}

/** Stretch by stretch: the plan serves, truth comes in, the strategy looks. */
function play({ manifest, strategy, looks, traffic, surroundings, kinds, run, observe }: Play): RunResult {
  const { world, rule, book, queue, uniform } = surroundings;
  const { times, arrived } = looks;
  const { assignment, maxLag } = manifest.envelope.spec;
  const { spec } = manifest.strategy;
  const look = (state: unknown, now: number): Evaluation<unknown> => {
    const evidence = book.snapshot(now);
    const wish = assignment === undefined ? {} : { assignment };
    const evaluation = strategy.evaluate({ spec, state, evidence, now, reward: manifest.reward, maxLag, ...wish });
    observe({ at: now, evidence, evaluation });
    return evaluation;
  };
  const ledger = new Ledger(world, rule);
  const timeline = new ShareTimeline(Object.keys(world.versions), times.at(-1) ?? 0);
  let evaluation = look(strategy.begin({ spec, now: 0 }), 0);
  let decision = decisionOf(evaluation, 0, 0);
  for (let i = 1; i < times.length; i++) {
    const [from, to] = [times[i - 1] ?? 0, times[i] ?? 0];
    const requests = (arrived[i] ?? 0) - (arrived[i - 1] ?? 0);
    const { plan, status, state } = evaluation;
    const stretch = { plan, look: i, at: (from + to) / 2 };
    timeline.add(overallAllocation(kinds, plan), from, to);
    const over = status !== 'running';
    if (!over) book.begin(plan, from);
    const served = over ? shareOut(kinds, plan, requests, uniform) : traffic(stretch, requests);
    for (const { world: found, counts } of served) {
      ledger.add(
        plan.allocation.map(({ version }, k) => ({ version, requests: counts[k] ?? 0 })),
        stretch.at,
        found,
      );
    }
    if (over) continue;
    queue.release(i);
    evaluation = look(state, to);
    decision ??= decisionOf(evaluation, to, arrived[i] ?? 0);
  }
  const { requests, worse, regret } = ledger;
  return { run, decision, requests, worse, regret, shares: timeline.shares };
}

function decisionOf({ verdict, status }: Evaluation<unknown>, at: number, requests: number): Decision | null {
  const { outcome, version = null, reason } = verdict;
  const ended = status !== 'running';
  return decisive.includes(outcome) || ended ? { outcome, version, reason, ended, at, requests } : null;
}
