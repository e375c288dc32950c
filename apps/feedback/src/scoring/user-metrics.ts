import { stat } from 'node:fs/promises';
import type { ArtifactCache } from '#artifacts';
import { readArtifactReference } from '#contracts';
import { pathUnderRoots } from '#platform';
import { type Metric, moduleMetric, type ModuleOptions, ScoringError } from '#scoring';
import { UserMetric } from './user-metric.js';

/** A module that was not there is looked for again after so long, in ms. */
const usualRestMs = 60_000;

/** The metrics of the users' own (`metric: module`), one an endpoint. */
export class UserMetrics {
  private readonly loaded = new Map<string, { readonly key: string; readonly metric: UserMetric }>();
  /** By endpoint: when a module that could not be had is looked for again, by `performance.now`. */
  private readonly missing = new Map<string, number>();

  /**
   * @param roots folders that modules may lie in (ARTIFACT_ROOTS)
   * @param artifacts for modules that were uploaded
   */
  constructor(
    private readonly roots: readonly string[],
    private readonly artifacts?: Pick<ArtifactCache, 'path'>,
    private readonly restMs = usualRestMs,
  ) {}

  /** Whether a module that could not be had is to be asked for again. */
  mayBeThereNow(endpoint: string): boolean {
    return performance.now() >= (this.missing.get(endpoint) ?? Infinity);
  }

  /** The metric of an endpoint; one of before, with another file or other options, is ended. Where the module may not be used, every row says why. */
  async load(endpoint: string, { module, options }: ModuleOptions): Promise<Metric> {
    let key: string;
    let path: string;
    this.missing.delete(endpoint);
    try {
      const reference = readArtifactReference(module);
      if (reference !== undefined && this.artifacts !== undefined) {
        path = await this.artifacts.path(reference);
        key = JSON.stringify([path, options]);
      } else {
        path = await pathUnderRoots(module, this.roots);
        key = JSON.stringify([path, (await stat(path)).mtimeMs, options]);
      }
    } catch (error) {
      this.missing.set(endpoint, performance.now() + this.restMs);
      const problem = `the metric cannot be used: ${error instanceof Error ? error.message : String(error)}`;
      return { ...moduleMetric, score: () => refuse(problem) };
    }
    const before = this.loaded.get(endpoint);
    const metric = before?.key === key ? before.metric : new UserMetric(path, options);
    if (before?.key !== key) before?.metric.close();
    this.loaded.set(endpoint, { key, metric });
    return {
      ...moduleMetric,
      score: (row) => within(row.options as ModuleOptions, metric.score(row.truth, row.answer)),
    };
  }

  close(): void {
    for (const { metric } of this.loaded.values()) metric.close();
  }
}

function refuse(problem: string): never {
  throw new ScoringError(problem, 'truth');
}

/** Tests of rewards between 0 and 1 hold for such alone. */
function within({ kind, module }: ModuleOptions, reward: number): number {
  const fits = kind === 'real' || (kind === 'unit' ? reward >= 0 && reward <= 1 : reward === 0 || reward === 1);
  if (fits) return reward;
  return refuse(
    `${module} gave ${reward}; expected ${kind === 'binary' ? '0 or 1' : 'a number between 0 and 1'}, since options.kind is ${kind}`,
  );
}
