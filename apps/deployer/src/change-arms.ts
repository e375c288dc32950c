import { Injectable } from '@nestjs/common';
import { parseManifest, type Manifest } from '#manifests';
import { HttpProblem, notFound } from './api/http-problem.js';
import { refuseUnseen } from './api/refuse-unseen.js';
import { ApplyManifest } from './apply-manifest.js';
import { Manifests } from './rollouts/manifests.js';
import type { Author } from './store/changes.js';
import { isAtWork, type Standing } from './store/standing.js';
import { StandingsRepository } from './store/standings.repository.js';

/** The verbs `add-arm` and `retire-arm`: they change the arms in the manifest and apply it, so that the manifest stays what is in force. */
@Injectable()
export class ChangeArms {
  constructor(
    private readonly standings: StandingsRepository,
    private readonly manifests: Manifests,
    private readonly applyManifest: ApplyManifest,
  ) {}

  /** @returns the epoch of the plan in force after it; @throws HttpProblem 404, 412, or 409 where the manifest has no such arms */
  async change(name: string, verb: 'add-arm' | 'retire-arm', version: string, author: Author): Promise<number> {
    const standing = await this.standings.get(name);
    if (standing === undefined || standing.deleted) throw notFound(name);
    refuseUnseen(standing, author);
    const arms = armsOf(standing);
    const has = arms.includes(version);
    if (verb === 'add-arm' && has) return standing.epoch;
    if (verb === 'retire-arm' && !has) {
      throw new HttpProblem(409, `"${version}" is no arm of "${name}"; expected one of ${arms.join(', ')}`);
    }
    const changed = verb === 'add-arm' ? [...arms, version] : arms.filter((arm) => arm !== version);
    const manifest = withArms(this.manifests.of(standing), changed);
    const event = { type: verb === 'add-arm' ? 'arm-added' : 'arm-retired', detail: { version } };
    return (await this.applyManifest.apply(manifest, author, { revision: standing.revision, event })).epoch;
  }
}

function armsOf(standing: Standing): string[] {
  const { name, rollout } = standing;
  const { arms } = rollout.spec as { arms?: string[] };
  if (!Array.isArray(arms)) {
    throw new HttpProblem(409, `the strategy of "${name}" is ${rollout.strategy}, which has no arms; apply a bandit`);
  }
  if (isAtWork(standing)) return arms;
  throw new HttpProblem(
    409,
    `the rollout of "${name}" has ended (${rollout.status}): apply a manifest to begin another`,
  );
}

function withArms({ source, strategy }: Manifest, arms: readonly string[]): Manifest {
  const changed = { [strategy.name]: { ...(strategy.spec as object), arms } };
  // Its arms are its own now: what a template has made of it is left behind.
  const { template: _, ...spec } = source.spec as Manifest['source']['spec'] & { template?: unknown };
  const result = parseManifest({ ...source, spec: { ...spec, strategy: changed } });
  if (result.ok) return result.manifest;
  throw new HttpProblem(409, 'the manifest does not take these arms; nothing was changed', result.problems);
}
