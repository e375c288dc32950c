import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { ApplyReport } from '#contracts';
import { Database } from '#database';
import { manifestDifferences, type Manifest } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { ApplyManifest, type ApplyOptions, type Resolved } from '../apply-manifest.js';
import { EndpointLock } from '../plans/endpoint-lock.js';
import { Manifests } from '../rollouts/manifests.js';
import type { Author } from '../store/changes.js';
import type { Standing } from '../store/standing.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { newerRevision } from './newer-revision.js';

export interface HowToApply extends ApplyOptions {
  readonly author: Author;
  /** Does all of it, says what that was, and takes it back. */
  readonly dryRun: boolean;
  /** Over what somebody else has applied since. */
  readonly force: boolean;
}

/** Several manifests in one transaction: all of them, or none. */
@Injectable()
export class ApplyDocuments {
  constructor(
    private readonly database: Database,
    private readonly standings: StandingsRepository,
    private readonly endpoints: EndpointLock,
    private readonly manifests: Manifests,
    private readonly applyManifest: ApplyManifest,
  ) {}

  /** @throws HttpProblem 400, 409 or 422; then nothing has changed. Paths begin with the document's place where there are several. */
  async apply(documents: readonly Manifest[], options: HowToApply): Promise<ApplyReport[]> {
    const resolved: Resolved[] = [];
    for (const [i, manifest] of documents.entries()) {
      resolved.push(await placed(documents, i, () => this.applyManifest.resolve(manifest, options.dryRun)));
    }
    try {
      return await this.database.transaction(async (client) => {
        // All at once and in one order: two that apply the same endpoints do not wait for each other.
        for (const name of documents.map((manifest) => manifest.name).toSorted()) {
          await this.standings.lock(client, name);
        }
        const reports: ApplyReport[] = [];
        for (const [i, one] of resolved.entries()) {
          const madeFrom = documents[i]?.envelope.metadata.revision;
          reports.push(await placed(documents, i, () => this.applyOne(client, one, madeFrom, options)));
        }
        if (options.dryRun) throw new TakenBack(reports);
        refuseConflicts(reports);
        return reports;
      });
    } catch (error) {
      if (error instanceof TakenBack) return error.reports;
      throw error;
    }
  }

  private async applyOne(
    client: pg.PoolClient,
    resolved: Resolved,
    madeFrom: number | undefined,
    { author, force, retry = false }: HowToApply,
  ): Promise<ApplyReport> {
    const { manifest } = resolved;
    const { name } = manifest;
    const found = await this.endpoints.lock(client, name);
    const before = found?.deleted === true ? undefined : found;
    const conflict =
      before === undefined || force ? undefined : await newerRevision(client, name, author.actor, madeFrom);
    const { changed } = await this.applyManifest.applyIn(client, resolved, author, { retry });
    const after = changed ? await this.endpoints.lock(client, name) : before;
    if (after === undefined) throw new Error(`endpoint ${name} is not there though it was applied`);
    return {
      ...this.reportOf(manifest, before, after, changed),
      ...(changed && conflict !== undefined && { conflict }),
    };
  }

  private reportOf(manifest: Manifest, before: Standing | undefined, after: Standing, changed: boolean): ApplyReport {
    const previous = before && this.manifests.of(before);
    const [old, young] = [versionsOf(previous), versionsOf(manifest)];
    return {
      kind: manifest.envelope.kind,
      name: manifest.name,
      action: before === undefined ? 'created' : changed ? 'changed' : 'unchanged',
      revision: after.revision,
      epoch: after.epoch,
      differences: previous === undefined ? [] : manifestDifferences(previous, manifest),
      rollout: {
        id: after.rollout.id,
        strategy: after.rollout.strategy,
        begins: before?.rollout.id !== after.rollout.id,
      },
      versions: {
        added: young.filter((version) => !old.includes(version)),
        retired: old.filter((version) => !young.includes(version)),
      },
      trafficBefore: before === undefined ? null : trafficOf(before),
      traffic: trafficOf(after),
    };
  }
}

/** Takes a dry run's transaction back, with what it has found out. */
class TakenBack extends Error {
  constructor(readonly reports: ApplyReport[]) {
    super('a dry run');
  }
}

const versionsOf = (manifest: Manifest | undefined): string[] =>
  manifest?.envelope.spec.versions.map(({ name }) => name) ?? [];

const trafficOf = ({ plan: { allocation, shadows } }: Standing): ApplyReport['traffic'] => ({ allocation, shadows });

/** Names the document in the paths of its problems. */
async function placed<T>(documents: readonly Manifest[], i: number, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof HttpProblem) || documents.length === 1) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: `[${i}].${problem.path}` }));
    throw new HttpProblem(error.status, `${documents[i]?.name ?? ''}: ${error.message}`, problems, error.more);
  }
}

function refuseConflicts(reports: readonly ApplyReport[]): void {
  const refused = reports.filter(({ conflict }) => conflict !== undefined);
  if (refused.length === 0) return;
  const words = refused.map(({ name, conflict }) =>
    conflict === undefined ? '' : `revision ${conflict.revision} of "${name}" was applied by ${conflict.actor} at ${conflict.at}`,
  ); // prettier-ignore
  throw new HttpProblem(409, `${words.join('; ')}, which this change does not know of; nothing was changed`, [], {
    conflicts: refused.map(({ name, conflict, differences }) => ({ name, ...conflict, differences })),
  });
}
