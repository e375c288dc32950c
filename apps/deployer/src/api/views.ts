import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { EndpointSummary, EndpointView, VersionView } from '#contracts';
import { HeartbeatsView } from '#kafka';
import { collapseTemplate, templateUseIn } from '#manifests';
import { waitEstimate } from '#strategies';
import { notLoadedYet, waitingToBeLoaded } from '../plans/not-loaded-yet.js';
import { PlansOnTopic } from '../plans/plans-on-topic.js';
import { EvidenceStore } from '../rollouts/evidence-store.js';
import { lastGoodVersion } from '../rollouts/last-good.js';
import { Manifests } from '../rollouts/manifests.js';
import { HealthRepository } from '../store/health.repository.js';
import { StandingsRepository } from '../store/standings.repository.js';
import type { Standing, VersionRow } from '../store/standing.js';
import { VersionsRepository } from '../store/versions.repository.js';
import { TemplatesRepository } from '../templates/templates.repository.js';
import { evidenceOf } from './evidence-of-version.js';
import { notFound } from './http-problem.js';
import { waitsFor } from './readiness.js';

const lookEveryMs = 25;

/** Without `wait` an answer waits this long for the plan to be on its topic, in ms. */
export const publicationMs = 5_000;

/** What the API shows of endpoints. */
@Injectable()
export class Views implements OnModuleDestroy {
  private closing = false;

  constructor(
    private readonly standings: StandingsRepository,
    private readonly versions: VersionsRepository,
    private readonly evidence: EvidenceStore,
    private readonly heartbeats: HeartbeatsView,
    private readonly topic: PlansOnTopic,
    private readonly manifests: Manifests,
    private readonly templates: TemplatesRepository,
    private readonly health: HealthRepository,
  ) {}

  /** Those who wait are answered with how things stand. */
  onModuleDestroy(): void {
    this.closing = true;
  }

  /** By name, so many at most. @param after those whose names come after it */
  async list(after: string, limit: number): Promise<EndpointSummary[]> {
    return (await this.standings.page(after, limit)).map((standing) => {
      const { name, revision, epoch, rollout, plan } = standing;
      return {
        name,
        revision,
        epoch,
        strategy: rollout.strategy,
        status: rollout.status,
        startedAt: rollout.startedAt.toISOString(),
        ready: this.waits(standing).length === 0,
        allocation: plan.allocation,
        verdict: rollout.verdict?.outcome ?? null,
      };
    });
  }

  /** @throws HttpProblem 404 where there is no such endpoint, or no more */
  async get(name: string): Promise<EndpointView> {
    const standing = await this.standings.get(name);
    if (standing === undefined || standing.deleted) throw notFound(name);
    const { rollout, plan } = standing;
    const now = Date.now();
    const evidence = this.evidence.of(name, rollout.id, now);
    const waits = this.waits(standing);
    const missing = this.keptBackFor(standing);
    const failureOf = (version: string) => this.heartbeats.failures(name, version)[0]?.error;
    const listed = (await this.versions.of(name)).filter(({ retired }) => !retired);
    const healths = await this.health.of(name);
    return {
      name,
      revision: standing.revision,
      epoch: standing.epoch,
      ready: waits.length === 0,
      waitsFor: waits,
      strategy: { name: rollout.strategy, spec: rollout.spec },
      rollout: {
        id: rollout.id,
        status: rollout.status,
        startedAt: rollout.startedAt.toISOString(),
        endedAt: rollout.endedAt?.toISOString() ?? null,
        state: rollout.state,
      },
      plan,
      lastGood: lastGoodVersion(standing) ?? null,
      versions: listed.map((row) => {
        const health = healths.get(row.version);
        return { ...this.version(standing, row), ...(health === undefined ? {} : { health }) };
      }),
      pairs: evidence?.pairs ?? [],
      verdict: rollout.verdict && waitingToBeLoaded(rollout.verdict, missing, failureOf),
      // Where it waits for an operator who paused it, or for a worker, the evidence says nothing of how long.
      wait: rollout.status === 'paused' || missing.length > 0 ? null : waitEstimate(rollout.verdict, evidence, now),
      evidenceSeq: evidence?.seq ?? rollout.evidenceSeq,
      template: await this.templateOf(standing),
      manifest: collapseTemplate(standing.manifest),
    };
  }

  private async templateOf({ manifest }: Standing): Promise<EndpointView['template']> {
    const use = templateUseIn(manifest);
    if (use === undefined) return null;
    const name = use.reference.template;
    return { name, revision: use.revision, newest: (await this.templates.get(name))?.revision ?? null };
  }

  /** Waits until the plan with this epoch stands on its topic; false where it does not within the time. */
  published(name: string, epoch: number, withinMs: number): Promise<boolean> {
    return this.within(withinMs, () => this.topic.epochOf(name) >= epoch);
  }

  /** Waits until the endpoint is ready with this epoch, or a later one. */
  async awaitReady(name: string, epoch: number, withinMs: number): Promise<boolean> {
    return this.within(withinMs, async () => {
      if (this.topic.epochOf(name) < epoch) return false;
      const standing = await this.standings.get(name);
      return standing !== undefined && (standing.deleted || this.waits(standing).length === 0);
    });
  }

  private waits({ name, plan, epoch }: Standing): string[] {
    return waitsFor(plan, {
      routers: this.heartbeats.routers().map(({ instance, epochs }) => ({ instance, epoch: epochs?.[name] ?? 0 })),
      workersOf: (version) => this.heartbeats.workersOf(name, version).length,
      failuresOf: (version) => this.heartbeats.failures(name, version).map(({ error }) => error),
      published: this.topic.epochOf(name) >= epoch,
    });
  }

  /** Versions that have to be loaded before the newest plan is published. */
  private keptBackFor({ name, plan, epoch }: Standing): string[] {
    if (this.topic.epochOf(name) >= epoch) return [];
    return notLoadedYet(plan, this.topic.get(name)?.plan, (version) => this.heartbeats.workersOf(name, version).length);
  }

  private version(standing: Standing, { version, runtime, artifact, sha256 }: VersionRow): VersionView {
    const { name, plan, rollout } = standing;
    const evidence = this.evidence.of(name, rollout.id, Date.now());
    return {
      version,
      runtime,
      artifact,
      sha256,
      weight: plan.allocation.find((entry) => entry.version === version)?.weight ?? 0,
      shadowFraction: plan.shadows.find((entry) => entry.version === version)?.fraction ?? null,
      workers: this.heartbeats.workersOf(name, version).length,
      failure: this.heartbeats.failures(name, version)[0]?.error ?? null,
      evidence: evidenceOf(version, evidence, this.manifests.of(standing).reward),
    };
  }

  /** Looks again and again until it holds; false where it does not within the time. */
  private async within(ms: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
    const limit = Date.now() + ms;
    while (!(await holds())) {
      if (Date.now() >= limit || this.closing) return false;
      await sleep(lookEveryMs);
    }
    return true;
  }
}
