import type { ScoringRule } from '#scoring';
import { modelOf } from './answers.js';
import { meanRewardAt, type World } from './world.js';

/** What a request is worth when a version is given it: its mean reward, or that of a failure. @param at ms since the start */
export function valueOf(world: World, { onError }: Pick<ScoringRule, 'onError'>, version: string, at: number): number {
  const model = modelOf(world, version);
  const mean = meanRewardAt(model, at);
  const errors = model.errors ?? 0;
  return onError === null ? mean : (1 - errors) * mean + errors * onError;
}

/** The versions of the world that are worth most at a time. */
export function bestVersions(world: World, rule: Pick<ScoringRule, 'onError' | 'goal'>, at: number): string[] {
  const values = Object.keys(world.versions).map((version) => ({ version, value: valueOf(world, rule, version, at) }));
  const best = extreme(
    values.map(({ value }) => value),
    rule.goal,
  );
  return values.filter(({ value }) => isAsGood(value, best)).map(({ version }) => version);
}

const extreme = (values: readonly number[], goal: ScoringRule['goal']): number =>
  goal === 'maximise' ? Math.max(...values) : Math.min(...values);

const isAsGood = (value: number, best: number): boolean => Math.abs(value - best) < 1e-12;

/** Adds up who answered, how often it was not the best, and what that cost. */
export class Ledger {
  readonly requests: Record<string, number>;
  /** Requests given to a version when another was better. */
  worse = 0;
  /** Sum over requests of what the best version is worth less the one that was given the request. */
  regret = 0;

  constructor(
    private readonly world: World,
    private readonly rule: Pick<ScoringRule, 'onError' | 'goal'>,
  ) {
    this.requests = Object.fromEntries(Object.keys(world.versions).map((version) => [version, 0]));
  }

  /** @param at ms since the start @param world as these requests found it */
  add(
    given: readonly { readonly version: string; readonly requests: number }[],
    at: number,
    world: World = this.world,
  ): void {
    const values = new Map(
      Object.keys(world.versions).map((version) => [version, valueOf(world, this.rule, version, at)]),
    );
    const best = extreme([...values.values()], this.rule.goal);
    for (const { version, requests } of given) {
      this.requests[version] = (this.requests[version] ?? 0) + requests;
      const value = values.get(version) ?? best;
      if (isAsGood(value, best)) continue;
      this.worse += requests;
      this.regret += requests * Math.abs(best - value);
    }
  }
}
