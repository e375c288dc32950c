import { Injectable } from '@nestjs/common';
import type { TrafficPlan, VersionRecord } from '#contracts';
import { HeartbeatsView, PlansView, VersionsView } from '#kafka';
import { Readiness } from '#platform';
import { notReady, Problem, tryAgain } from './problem.js';

/** What the ingress knows of endpoints, from plans, versions and heartbeats. */
@Injectable()
export class Endpoints {
  constructor(
    private readonly plans: PlansView,
    private readonly versions: VersionsView,
    private readonly heartbeats: HeartbeatsView,
    private readonly readiness: Readiness,
  ) {}

  /** @throws Problem 404 where there is no such endpoint, or no more; 503 while that cannot be known */
  plan(endpoint: string): TrafficPlan {
    const plan = this.plans.get(endpoint);
    if (plan !== undefined && plan.deleted !== true) return plan;
    if (!this.readiness.ready) throw notReady(this.readiness);
    throw new Problem(404, `endpoint "${endpoint}" does not exist`);
  }

  versionsOf(endpoint: string): VersionRecord[] {
    return this.versions.of(endpoint);
  }

  /** @throws Problem 404 where the endpoint has no such version */
  version(endpoint: string, version: string): VersionRecord {
    const record = this.versions.get(endpoint, version);
    if (record === undefined) throw new Problem(404, `endpoint "${endpoint}" has no version "${version}"`);
    return record;
  }

  /** @throws Problem 404 where the endpoint has no such version, 503 where no worker has it live */
  livingVersion(endpoint: string, version: string): void {
    this.version(endpoint, version);
    if (!this.isLive(endpoint, version)) {
      throw tryAgain(503, `version "${version}" of endpoint "${endpoint}" has no living worker`);
    }
  }

  isLive(endpoint: string, version: string): boolean {
    return this.heartbeats.livePartitions(endpoint, version).length > 0;
  }

  /** Whether a request would be answered now: a router has a plan of it, and whom it may be assigned to, or the fallback, lives. */
  isReady(plan: TrafficPlan): boolean {
    const { endpoint, allocation, fallback } = plan;
    const routed = this.heartbeats.routers().some((router) => router.epochs?.[endpoint] !== undefined);
    const assignable = allocation.filter(({ weight }) => weight > 0);
    const live = (version: string): boolean => this.isLive(endpoint, version);
    return routed && (live(fallback) || assignable.every(({ version }) => live(version)));
  }
}
