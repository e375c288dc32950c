import { Injectable } from '@nestjs/common';
import { truthSpec, type BacktestRequest } from '#contracts';
import { moduleMetric, scoringRule } from '#scoring';
import { HttpProblem, notFound } from '../api/http-problem.js';
import { mainVersion } from '../plans/make-plan.js';
import { strategyNamed } from '../rollouts/evaluate.js';
import { Manifests } from '../rollouts/manifests.js';
import { StandingsRepository } from '../store/standings.repository.js';
import type { Standing } from '../store/standing.js';
import { VersionsRepository } from '../store/versions.repository.js';
import type { Backtest } from './backtest.js';
import { BacktestsRepository } from './backtests.repository.js';

/** Checks what is asked for, and puts it down for the leader to do. */
@Injectable()
export class StartBacktest {
  constructor(
    private readonly standings: StandingsRepository,
    private readonly versions: VersionsRepository,
    private readonly manifests: Manifests,
    private readonly backtests: BacktestsRepository,
  ) {}

  /** @throws HttpProblem 404, 409 where one is at work on the version, 422 with what to do instead */
  async start(name: string, request: BacktestRequest, actor: string): Promise<Backtest> {
    const standing = await this.standings.get(name);
    if (standing === undefined || standing.deleted) throw notFound(name);
    const { version } = request;
    const champion = request.champion ?? mainVersion(standing.plan) ?? standing.plan.fallback;
    await this.refuseUnknown(name, version, champion);
    const manifest = this.manifests.of(standing);
    const truth = manifest.envelope.spec.truth ?? truthSpec.parse({});
    const rule = scoringRule(truth);
    if (!rule.ok) throw new HttpProblem(422, rule.problems.map(({ message }) => message).join('; '));
    if (rule.rule.metric.wants === 'nothing') {
      const what = `metric "${rule.rule.metric.name}" takes the reward of what was answered then`;
      throw new HttpProblem(422, `${what}: what another version would have earned is not in the log`);
    }
    if (rule.rule.metric === moduleMetric) {
      const why = 'a metric of your own is run by the feedback service alone, and not where traffic is decided on';
      throw new HttpProblem(422, `${why}: no backtest; run version "${version}" as a shadow instead`);
    }
    const from = request.from === undefined ? standing.rollout.startedAt : new Date(request.from);
    const to = request.to === undefined ? new Date() : new Date(request.to);
    if (from >= to) {
      throw new HttpProblem(422, `from ${from.toISOString()} to ${to.toISOString()} is no time: expected from < to`);
    }
    const spec = specOf(standing, request, champion);
    const added = await this.backtests.add({ endpoint: name, version, champion, from, to, truth, spec, actor });
    if (added !== undefined) return added;
    throw new HttpProblem(409, `a backtest of version "${version}" is at work already; wait for it, or cancel it`);
  }

  private async refuseUnknown(name: string, version: string, champion: string): Promise<void> {
    const known = await this.versions.of(name);
    const listed = known.filter(({ retired }) => !retired).map((row) => row.version);
    if (!listed.includes(version)) {
      throw new HttpProblem(
        422,
        `version "${version}" is not listed in the manifest of "${name}", which lists ${listed.join(', ')}: add it under ` +
          `spec.versions and apply that; a version that the strategy does not name gets no traffic`,
      );
    }
    if (!known.some((row) => row.version === champion)) {
      throw new HttpProblem(422, `"${name}" never had a version "${champion}" to compare with`);
    }
    if (version === champion) {
      const message = `version "${version}" is the champion itself; name the version to compare it with as "champion"`;
      throw new HttpProblem(422, message);
    }
  }
}

/** Settings of the strategy `silent`: those asked for, else the endpoint's own where it has that strategy. */
function specOf({ rollout }: Standing, request: BacktestRequest, champion: string): unknown {
  const own = rollout.strategy === 'silent' ? (rollout.spec as Partial<BacktestRequest>) : {};
  const { margin, minSamples, alpha } = { ...own, ...request };
  const spec = {
    champion,
    shadows: [{ version: request.version }],
    ...(margin === undefined ? {} : { margin }),
    ...(minSamples === undefined ? {} : { minSamples }),
    ...(alpha === undefined ? {} : { alpha }),
  };
  strategyNamed('silent').specSchema.parse(spec);
  return spec;
}
