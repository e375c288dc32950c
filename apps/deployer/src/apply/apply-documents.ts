import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { ApplyReport, EndpointReport } from '#contracts';
import { Database } from '#database';
import { manifestDifferences, type Manifest } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { ApplyManifest, type ApplyOptions, type Resolved } from '../apply-manifest.js';
import { EndpointLock } from '../plans/endpoint-lock.js';
import { Manifests } from '../rollouts/manifests.js';
import type { Author } from '../store/changes.js';
import type { Standing } from '../store/standing.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { ApplyTemplate } from './apply-template.js';
import { newerRevision } from './newer-revision.js';
import type { Documents, Placed } from './read-manifests.js';

export interface HowToApply extends ApplyOptions {
  readonly author: Author;
  /** Does all of it, says what that was, and takes it back. */
  readonly dryRun: boolean;
  /** Over what somebody else has applied since. */
  readonly force: boolean;
}

/** With the revision that it was made from, where it carries one. */
interface ResolvedDocument extends Resolved {
  readonly madeFrom: number | undefined;
}

/** Several manifests in one transaction, templates before endpoints: all of them, or none. */
@Injectable()
export class ApplyDocuments {
  constructor(
    private readonly database: Database,
    private readonly standings: StandingsRepository,
    private readonly endpoints: EndpointLock,
    private readonly manifests: Manifests,
    private readonly applyManifest: ApplyManifest,
    private readonly applyTemplate: ApplyTemplate,
  ) {}

  /**
   * @returns one report a document, in their order
   * @throws HttpProblem 400, 409 or 422; then nothing has changed. Paths begin with the document's place where there are several.
   */
  async apply({ count, ...documents }: Documents, options: HowToApply): Promise<ApplyReport[]> {
    const { author, dryRun, force } = options;
    const endpoints = documents.endpoints.map(({ value }) => value.name).toSorted();
    const templates = documents.templates.toSorted((a, b) => (a.value.template.name < b.value.template.name ? -1 : 1));
    const resolved: Placed<ResolvedDocument>[] = [];
    for (const { at, value } of documents.endpoints) {
      const found = await naming(value.name, at, count, () => this.applyManifest.resolve(value, dryRun));
      resolved.push({ at, value: { ...found, madeFrom: value.envelope.metadata.revision } });
    }
    try {
      return await this.database.transaction(async (client) => {
        const reports = new Map<number, ApplyReport>();
        const how = { actor: author.actor, force, endpoints };
        // All are locked in one order: two that apply the same ones do not wait for each other.
        for (const { at, value } of templates) {
          const apply = () => this.applyTemplate.applyIn(client, value, how);
          reports.set(at, await naming(value.template.name, at, count, apply));
        }
        for (const name of endpoints) await this.standings.lock(client, name);
        for (const { at, value } of resolved) {
          const apply = () => this.applyEndpoint(client, value, options);
          reports.set(at, await naming(value.manifest.name, at, count, apply));
        }
        const inOrder = [...reports].toSorted(([a], [b]) => a - b).map(([, report]) => report);
        if (dryRun) throw new TakenBack(inOrder);
        refuseConflicts(inOrder);
        return inOrder;
      });
    } catch (error) {
      if (error instanceof TakenBack) return error.reports;
      throw error;
    }
  }

  private async applyEndpoint(
    client: pg.PoolClient,
    resolved: ResolvedDocument,
    { author, force, retry = false }: HowToApply,
  ): Promise<EndpointReport> {
    const { manifest, madeFrom } = resolved;
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

  private reportOf(
    manifest: Manifest,
    before: Standing | undefined,
    after: Standing,
    changed: boolean,
  ): EndpointReport {
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

const trafficOf = ({ plan: { allocation, shadows } }: Standing): EndpointReport['traffic'] => ({ allocation, shadows });

/** Names the document, where there are several, in what is wrong with it. */
async function naming<T>(name: string, at: number, count: number, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof HttpProblem) || count === 1) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: `[${at}].${problem.path}` }));
    throw new HttpProblem(error.status, `${name}: ${error.message}`, problems, error.more);
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
