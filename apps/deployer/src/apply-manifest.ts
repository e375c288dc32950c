import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database, jsonbText } from '#database';
import { meaningOf, parseManifest, withoutRevision, type Manifest, type Problem } from '#manifests';
import { ArtifactError } from '#platform';
import { moduleMetric } from '#scoring';
import type { PlanDraft } from '#strategies';
import { HttpProblem } from './api/http-problem.js';
import { refuseUnseen } from './api/refuse-unseen.js';
import { resolveArtifact, type Places } from './artifacts/resolve-artifact.js';
import { Uploads } from './artifacts/uploads.js';
import { DEPLOYER_CONFIG, type DeployerConfig } from './config.js';
import { notificationProblems } from './notifications/notification-problems.js';
import { SendWebhook } from './notifications/send-webhook.js';
import { SinksRepository } from './notifications/sinks.repository.js';
import { draftOf, makePlan, withListedFallback } from './plans/make-plan.js';
import { EndpointLock } from './plans/endpoint-lock.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { evaluate, strategyNamed } from './rollouts/evaluate.js';
import { EvidenceStore } from './rollouts/evidence-store.js';
import { lastGoodVersion } from './rollouts/last-good.js';
import { Manifests } from './rollouts/manifests.js';
import { refuseCooling } from './rollouts/refuse-cooling.js';
import { writeEvent, writePlan, writeRollout, type Author } from './store/changes.js';
import { isAtWork, type Standing, type VersionRow } from './store/standing.js';
import { VersionsRepository, type FoundVersion } from './store/versions.repository.js';

export interface Applied {
  /** The endpoint was not there before. */
  readonly created: boolean;
  /** False where the manifest was the same as before. */
  readonly changed: boolean;
  readonly revision: number;
  /** Of the newest plan. */
  readonly epoch: number;
}

export interface ApplyOptions {
  /** Tries a candidate again that failed: whether or not it cools down, and though the manifest is the same. */
  readonly retry?: boolean;
  /** The revision that the manifest was made from: where there is a newer one, it is refused. */
  readonly revision?: number;
  /** What it is called in the events, where a verb changed the manifest. */
  readonly event?: { readonly type: string; readonly detail: object };
}

/** A manifest whose artifacts have been found, with what they are. */
export interface Resolved {
  readonly manifest: Manifest;
  readonly found: readonly FoundVersion[];
}

/** Makes an endpoint what a manifest says; the same manifest again changes nothing. */
@Injectable()
export class ApplyManifest {
  constructor(
    @Inject(DEPLOYER_CONFIG) private readonly config: DeployerConfig,
    private readonly database: Database,
    private readonly endpoints: EndpointLock,
    private readonly versions: VersionsRepository,
    private readonly manifests: Manifests,
    private readonly evidence: EvidenceStore,
    private readonly topic: PlansOnTopic,
    private readonly uploads: Uploads,
    private readonly webhooks: SendWebhook,
    private readonly sinks: SinksRepository,
  ) {}

  /** @throws HttpProblem 400, 409 or 422 with paths in the manifest; then nothing has changed */
  async apply(given: Manifest, author: Author, options: ApplyOptions = {}): Promise<Applied> {
    const resolved = await this.resolve(given);
    return this.database.transaction((client) => this.applyIn(client, resolved, author, options));
  }

  /** The same within a transaction, of a manifest whose artifacts have been found; throws as `apply` does. */
  async applyIn(
    client: pg.PoolClient,
    { manifest, found }: Resolved,
    author: Author,
    { retry = false, revision, event }: ApplyOptions = {},
  ): Promise<Applied> {
    const standing = await this.endpoints.lock(client, manifest.name);
    refuseUnseen(standing, author);
    if (revision !== undefined && revision !== standing?.revision) throw overtaken(revision, standing);
    const known = await this.versions.of(manifest.name, client);
    refuseOtherBytes(found, known);
    if (standing !== undefined && !standing.deleted && !again(standing, retry) && this.isSame(manifest, standing)) {
      return { created: false, changed: false, revision: standing.revision, epoch: standing.epoch };
    }
    if (standing !== undefined && !standing.deleted) this.refuseConflicts(manifest, standing);
    return this.write(client, { manifest, found, standing, author, retry, event });
  }

  /**
   * Finds the artifacts of a manifest.
   * @param dryRun uploads may still have to come
   * @throws HttpProblem 400
   */
  async resolve(given: Manifest, dryRun = false): Promise<Resolved> {
    const places: Places = {
      roots: this.config.ARTIFACT_ROOTS,
      isUploaded: async (sha256) => dryRun || (await this.uploads.wanted(sha256)) !== undefined,
    };
    const problems: Problem[] = [];
    const found: FoundVersion[] = [];
    for (const [i, spec] of given.envelope.spec.versions.entries()) {
      try {
        const { location, sha256 } = await resolveArtifact(spec.artifact, places);
        found.push({ spec: { ...spec, artifact: location }, artifact: location, sha256 });
      } catch (error) {
        if (!(error instanceof ArtifactError)) throw error;
        problems.push({ path: `spec.versions[${i}].artifact`, message: error.message });
      }
    }
    problems.push(...(await this.metricProblems(given, places)));
    if (problems.length > 0) throw new HttpProblem(400, 'artifacts cannot be used; nothing was changed', problems);
    const unheard = await notificationProblems(given.envelope.spec.notifications ?? [], this.webhooks);
    if (unheard.length > 0) throw new HttpProblem(400, 'webhooks cannot be used; nothing was changed', unheard);
    const { source } = given;
    const versions = source.spec.versions.map((version, i) => ({
      ...version,
      artifact: found[i]?.artifact ?? version.artifact,
    }));
    const result = parseManifest({ ...withoutRevision(source), spec: { ...source.spec, versions } });
    if (!result.ok) throw new HttpProblem(400, 'the manifest is refused; nothing was changed', result.problems);
    return { manifest: result.manifest, found };
  }

  /** A metric of the user's own must be there as the models must: feedback loads it from the same place. */
  private async metricProblems({ envelope }: Manifest, places: Places): Promise<Problem[]> {
    const { truth } = envelope.spec;
    if (truth?.metric !== moduleMetric.name) return [];
    try {
      await resolveArtifact(String(truth.options?.['module']), places);
      return [];
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      return [{ path: 'spec.truth.options.module', message: error.message }];
    }
  }

  private isSame(manifest: Manifest, standing: Standing): boolean {
    return isDeepStrictEqual(meaningOf(manifest), meaningOf(this.manifests.of(standing)));
  }

  private refuseConflicts(manifest: Manifest, standing: Standing): void {
    const problems: Problem[] = [];
    const listed = manifest.envelope.spec.versions.map(({ name }) => name);
    const { allocation, shadows, rules = [] } = standing.plan;
    const isGone = ({ version }: { version: string }): boolean => !listed.includes(version);
    for (const { version } of [...allocation, ...shadows].filter(isGone)) {
      const message = `version "${version}" is in use by the plan in force: apply a strategy without it first, and take it out of the list after that`;
      problems.push({ path: 'spec.versions', message });
    }
    for (const { version } of rules.filter(isGone)) {
      problems.push({
        path: 'spec.versions',
        message: `requests are pinned to version "${version}": unpin them first`,
      });
    }
    const { partitions } = this.manifests.of(standing).envelope.spec;
    if (manifest.envelope.spec.partitions !== partitions) {
      problems.push({
        path: 'spec.partitions',
        message: `cannot change while the endpoint exists; expected ${partitions}`,
      });
    }
    if (problems.length > 0)
      throw new HttpProblem(422, 'the manifest conflicts with what is in force; nothing was changed', problems);
  }

  private async write(client: pg.PoolClient, change: Change): Promise<Applied> {
    const { manifest, found, standing, author, retry } = change;
    const { name, source } = manifest;
    const now = Date.now();
    const revision = (standing?.revision ?? 0) + 1;
    const epoch = this.topic.nextEpoch(name, standing?.epoch ?? 0);
    const alive = standing !== undefined && !standing.deleted;
    const continues =
      alive && !again(standing, retry) && isDeepStrictEqual(wayOf(manifest), wayOf(this.manifests.of(standing)));
    const adapted = alive && !continues ? this.adapt(manifest, standing, now) : undefined;
    const rollout = (standing?.rollout.id ?? 0) + (continues || adapted !== undefined ? 0 : 1);
    await client.query(
      `INSERT INTO endpoints (name, manifest, revision, rollout) VALUES ($1, $2::jsonb, $3, $4)
       ON CONFLICT (name) DO UPDATE SET manifest = excluded.manifest, revision = excluded.revision, rollout = excluded.rollout,
         updated_at = now(), deleted_at = NULL`,
      [name, jsonbText(source), revision, rollout],
    );
    await this.versions.replace(client, name, found);
    // Before the first event of this revision, of which new ones are to be told.
    await this.sinks.list(client, name, manifest.envelope.spec.notifications ?? []);
    const { type, detail } = change.event ?? { type: alive ? 'applied' : 'created', detail: {} };
    await writeEvent(client, { ...author, endpoint: name, rollout, type, detail: { revision, ...detail } });
    const reason = `revision ${revision} applied by ${author.actor}`;
    const numbers = { revision, epoch, rollout, at: now, rules: alive ? standing.plan.rules : undefined };
    let draft: PlanDraft;
    if (continues) draft = withListedFallback(draftOf(standing.plan), manifest);
    else if (alive && adapted !== undefined) {
      draft = await this.goOn(client, { ...change, standing, state: adapted, now });
    } else draft = await this.beginRollout(client, { ...change, rollout, revision, now });
    await writePlan(client, makePlan(manifest, draft, numbers), reason);
    return { created: !alive, changed: true, revision, epoch };
  }

  /** The state with which the rollout at work goes on, where its strategy can take the change in. */
  private adapt(manifest: Manifest, { rollout, ...standing }: Standing, now: number): unknown {
    const { name, spec } = manifest.strategy;
    const before = this.manifests.of(standing).envelope.spec;
    if (!isAtWork({ rollout }) || name !== rollout.strategy || manifest.envelope.spec.assignment !== before.assignment)
      return undefined;
    return strategyNamed(name).adapt({ before: rollout.spec, spec, state: rollout.state, now });
  }

  private async goOn(
    client: pg.PoolClient,
    { manifest, standing, author, state, now }: Change & { standing: Standing; state: unknown; now: number },
  ): Promise<PlanDraft> {
    const { name, rollout, plan } = standing;
    const { spec } = manifest.strategy;
    const outcome = evaluate(manifest, { ...rollout, spec, state }, plan, this.evidence.of(name, rollout.id, now), now);
    await client.query('UPDATE deployments SET spec = $3::jsonb WHERE endpoint = $1 AND rollout = $2', [
      name,
      rollout.id,
      jsonbText(spec),
    ]);
    await writeRollout(client, { endpoint: name, rollout: rollout.id, ...outcome });
    const { allocation, shadows } = outcome.draft;
    const detail = { strategy: manifest.strategy.name, spec, allocation, shadows };
    await writeEvent(client, { ...author, endpoint: name, rollout: rollout.id, type: 'adapted', detail });
    return withListedFallback(outcome.draft, manifest);
  }

  private async beginRollout(
    client: pg.PoolClient,
    change: Change & { rollout: number; revision: number; now: number },
  ): Promise<PlanDraft> {
    const { manifest, standing, author, rollout, revision, now } = change;
    const { name, spec } = manifest.strategy;
    const previous = standing === undefined || standing.deleted ? undefined : lastGoodVersion(standing);
    if (!change.retry) await refuseCooling(client, manifest, previous, now);
    const isListed = manifest.envelope.spec.versions.some((version) => version.name === previous);
    const evidence = standing === undefined ? null : this.evidence.of(manifest.name, standing.rollout.id, now);
    const from = previous !== undefined && isListed ? { previous, evidence } : {};
    const state = strategyNamed(name).begin({ spec, now, ...from });
    const outcome = evaluate(manifest, { strategy: name, spec, state, status: 'running' }, undefined, null, now);
    await client.query(
      `UPDATE deployments SET status = 'superseded', ended_at = now() WHERE endpoint = $1 AND status IN ('running', 'paused')`,
      [manifest.name],
    );
    await client.query(
      `INSERT INTO deployments (endpoint, rollout, revision, strategy, spec, state, status, verdict, ended_at)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8::jsonb, CASE WHEN $7 = 'running' THEN NULL ELSE now() END)`,
      [
        manifest.name,
        rollout,
        revision,
        name,
        jsonbText(spec),
        jsonbText(outcome.state),
        outcome.status,
        jsonbText(outcome.verdict),
      ],
    );
    const detail = { strategy: name, spec, allocation: outcome.draft.allocation, shadows: outcome.draft.shadows };
    await writeEvent(client, {
      ...author,
      endpoint: manifest.name,
      rollout,
      type: 'rollout',
      reason: outcome.verdict.reason,
      detail,
    });
    return outcome.draft;
  }
}

interface Change {
  readonly manifest: Manifest;
  readonly found: readonly FoundVersion[];
  readonly standing: Standing | undefined;
  readonly author: Author;
  readonly retry: boolean;
  readonly event: ApplyOptions['event'];
}

/** A rollout that failed is begun again, though the manifest is the same, where that is asked for. */
const again = ({ rollout }: Standing, retry: boolean): boolean => retry && rollout.status === 'failed';

const overtaken = (revision: number, standing: Standing | undefined): HttpProblem =>
  new HttpProblem(
    409,
    `the manifest was changed meanwhile: revision ${standing?.revision ?? 0} in place of ${revision}; try again`,
  );

/**
 * What makes a rollout: another one of these is another rollout with evidence of its own. Assignment is part of it, since it is the unit of the
 * tests. Defaults and ways to write a duration make no difference.
 */
function wayOf({ strategy: { name, spec }, envelope }: Manifest): unknown {
  return { name, spec: strategyNamed(name).specSchema.parse(spec), assignment: envelope.spec.assignment };
}

/** A version is the SHA-256 of its artifact, from the first time on. */
function refuseOtherBytes(found: readonly FoundVersion[], known: readonly VersionRow[]): void {
  const problems = found.flatMap(({ spec, artifact, sha256 }, i): Problem[] => {
    const before = known.find(({ version }) => version === spec.name);
    const isOther =
      before !== undefined && (before.sha256 !== sha256 || (sha256 === null && before.artifact !== artifact));
    if (!isOther) return [];
    const message = `version "${spec.name}" stands for other bytes already (SHA-256 ${before.sha256 ?? before.artifact}, these have ${sha256 ?? artifact}); expected another name for another model`;
    return [{ path: `spec.versions[${i}].artifact`, message }];
  });
  if (problems.length > 0)
    throw new HttpProblem(409, 'a version cannot change its bytes; nothing was changed', problems);
}
