import type { Evidence } from '#contracts';
import type { RegisteredStrategy } from '../registered.js';
import type { RewardKind } from '../reward.js';
import type { Evaluation } from '../strategy.js';
import { World, type WorldOptions } from './world.js';

export interface ScenarioOptions extends WorldOptions {
  readonly strategy: RegisteredStrategy;
  readonly spec: unknown;
  readonly reward?: RewardKind;
  /** ms between two looks; default 1 s. */
  readonly tickMs?: number;
}

/** One rollout in a simulated world, stepped forward one look at a time, as the deployer would. */
export class Scenario {
  now = 0;
  ticks = 0;
  last: Evaluation<unknown>;
  evidence: Evidence | null = null;
  readonly verdicts: string[] = [];
  private readonly world: World;

  constructor(private options: ScenarioOptions) {
    this.world = new World(options);
    const { strategy, spec } = options;
    this.last = this.evaluate(strategy.begin({ spec, now: 0 }));
  }

  /** The world serves one tick by the present plan; then the strategy looks. */
  tick(): Evaluation<unknown> {
    this.now += this.options.tickMs ?? 1000;
    this.ticks++;
    this.evidence = this.world.tick(this.last.plan, this.now);
    this.last = this.evaluate(this.last.state);
    if (this.verdicts.at(-1) !== this.last.verdict.outcome) this.verdicts.push(this.last.verdict.outcome);
    return this.last;
  }

  /** Ticks until the rollout has ended or `limit` ticks are over. */
  run(limit: number, until: (evaluation: Evaluation<unknown>) => boolean = ({ status }) => status !== 'running'): this {
    while (this.ticks < limit && !until(this.last)) this.tick();
    return this;
  }

  weightOf(version: string): number {
    return this.last.plan.allocation.find((entry) => entry.version === version)?.weight ?? 0;
  }

  steer(verb: 'promote' | 'rollback', version?: string): Evaluation<unknown> {
    const { strategy, spec } = this.options;
    const named = version === undefined ? {} : { version };
    const state = strategy.steer({ spec, state: this.last.state, verb, now: this.now, ...named });
    this.last = this.evaluate(state);
    return this.last;
  }

  /** Another spec is applied to the rollout at work; false where that asks for another rollout. */
  change(spec: unknown): boolean {
    const { strategy, spec: before } = this.options;
    const state = strategy.adapt({ before, spec, state: this.last.state, now: this.now });
    if (state === undefined) return false;
    this.options = { ...this.options, spec };
    this.last = this.evaluate(state);
    return true;
  }

  private evaluate(state: unknown): Evaluation<unknown> {
    const { strategy, spec, reward = { kind: 'binary', goal: 'maximise' } } = this.options;
    return strategy.evaluate({ spec, state, evidence: this.evidence, now: this.now, reward });
  }
}
