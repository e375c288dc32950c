import { Injectable } from '@nestjs/common';
import { HeartbeatsView, TopicNames, VersionsView, type IncomingRecord, type TopicRecord } from '#kafka';
import type { CompiledPlan } from '#routing';
import { makeWork } from './make-work.js';
import { readRequest, type RoutedRequest } from './read-request.js';
import { Refusals } from './refusals.js';
import { route, type LivePartitions } from './route.js';
import { RouterMetrics } from './router-metrics.js';
import { SendWork, type Dispatch } from './send-work.js';

type Admission =
  | { readonly ok: true; readonly request: RoutedRequest }
  | { readonly ok: false; readonly status: number; readonly reason: string };

/** Executes a plan for a batch of requests. */
@Injectable()
export class PublishWork {
  constructor(
    private readonly heartbeats: HeartbeatsView,
    private readonly versions: VersionsView,
    private readonly topics: TopicNames,
    private readonly refusals: Refusals,
    private readonly sending: SendWork,
    private readonly metrics: RouterMetrics,
  ) {}

  /** Resolves when every request is in the work of the version that answers it, or is refused; rejects in an outage. */
  async publish(endpoint: string, records: readonly IncomingRecord[], plan: CompiledPlan): Promise<void> {
    const dispatches: Dispatch[] = [];
    const shadows: TopicRecord[] = [];
    const letters: TopicRecord[] = [];
    const live = this.liveOf(endpoint);
    const now = Date.now();
    const shedsShadows = plan.shadows.length > 0 && this.sending.isBusy;
    for (const record of records) {
      const admission = this.admit(endpoint, record, plan);
      if (!admission.ok) {
        letters.push(...this.refusals.make(record, admission.status, admission.reason));
        this.metrics.refused(endpoint);
        continue;
      }
      const { request, letter } = this.refusals.withoutForbiddenReply(admission.request);
      if (letter !== undefined) letters.push(letter);
      const inTime = request.deadline === undefined || request.deadline > now;
      const { answering, shadows: watching } = route(request, plan, live, inTime && !shedsShadows);
      dispatches.push({ record, work: makeWork(endpoint, request, answering, this.topics) });
      this.metrics.decided(endpoint, answering.decision);
      for (const copy of watching) {
        shadows.push(makeWork(endpoint, request, copy, this.topics));
        this.metrics.decided(endpoint, copy.decision);
      }
    }
    if (shedsShadows) this.metrics.shed(endpoint, dispatches.length);
    await Promise.all([
      this.sending.answering(dispatches),
      this.sending.shadows(shadows),
      this.sending.letters(letters),
    ]);
  }

  private admit(endpoint: string, record: IncomingRecord, { plan }: CompiledPlan): Admission {
    if (plan.deleted) return { ok: false, status: 404, reason: `endpoint "${endpoint}" is deleted` };
    const reading = readRequest(record, plan.kafkaDeadlineMs);
    if (!reading.ok) return { ...reading, status: 400 };
    const { pinned } = reading.request;
    if (pinned !== undefined && this.versions.get(endpoint, pinned) === undefined) {
      return { ok: false, status: 404, reason: `endpoint "${endpoint}" has no version "${pinned}"` };
    }
    return reading;
  }

  /** Looked up once a batch and version. */
  private liveOf(endpoint: string): LivePartitions {
    const known = new Map<string, readonly number[]>();
    return (version) => {
      let partitions = known.get(version);
      if (partitions === undefined) {
        partitions = this.heartbeats.livePartitions(endpoint, version);
        known.set(version, partitions);
      }
      return partitions;
    };
  }
}
