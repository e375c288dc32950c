import { Injectable } from '@nestjs/common';
import { HeartbeatsView, TopicNames, VersionsView, type IncomingRecord, type TopicRecord } from '#kafka';
import { hashToUnit, type CompiledPlan } from '#routing';
import { makeWork } from './make-work.js';
import { readRequest, type RoutedRequest } from './read-request.js';
import { Refusals } from './refusals.js';
import { route, type PartitionOf } from './route.js';
import { RouterMetrics } from './router-metrics.js';
import { SendWork, type Dispatch } from './send-work.js';
import { ShadowPortions } from './shadow-portions.js';

type Admission =
  | { readonly ok: true; readonly request: RoutedRequest }
  | { readonly ok: false; readonly status: number; readonly reason: string };

/**
 * Requests whose work goes to one partition, together: far cheaper for everybody than each by itself, and few enough that
 * workers who share the partitions all have some of a crowd.
 */
const together = 32;

/** Executes a plan for a batch of requests. */
@Injectable()
export class PublishWork {
  constructor(
    private readonly heartbeats: HeartbeatsView,
    private readonly versions: VersionsView,
    private readonly topics: TopicNames,
    private readonly refusals: Refusals,
    private readonly sending: SendWork,
    private readonly shadowPortions: ShadowPortions,
    private readonly metrics: RouterMetrics,
  ) {}

  /** Resolves when every request is in the work of the version that answers it, or is refused; rejects in an outage. */
  async publish(endpoint: string, records: readonly IncomingRecord[], plan: CompiledPlan): Promise<void> {
    const dispatches: Dispatch[] = [];
    const shadows: TopicRecord[] = [];
    const letters: TopicRecord[] = [];
    let partitionOf = this.choosePartitions(endpoint, records[0]);
    const now = Date.now();
    const shedsShadows = plan.shadows.length > 0 && this.sending.isBusy;
    for (const [index, record] of records.entries()) {
      if (index > 0 && index % together === 0) partitionOf = this.choosePartitions(endpoint, record);
      const admission = this.admit(endpoint, record, plan);
      if (!admission.ok) {
        letters.push(...this.refusals.make(record, admission.status, admission.reason));
        this.metrics.refused(endpoint);
        continue;
      }
      const { request, letter } = this.refusals.withoutForbiddenReply(admission.request);
      if (letter !== undefined) letters.push(letter);
      const inTime = request.deadline === undefined || request.deadline > now;
      const { answering, shadows: watching } = route(request, plan, partitionOf, inTime && !shedsShadows);
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
      this.shadowPortions.send(shadows),
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

  /** Of each version's partitions with a living owner one, drawn by the record's place: a batch that comes again goes there again. */
  private choosePartitions(endpoint: string, first: IncomingRecord | undefined): PartitionOf {
    const draw = hashToUnit(`partition\0${first?.partition}:${first?.offset}`);
    const known = new Map<string, number | undefined>();
    return (version) => {
      if (known.has(version)) return known.get(version);
      const living = this.heartbeats.livePartitions(endpoint, version);
      const chosen = living[Math.floor(draw * living.length)];
      known.set(version, chosen);
      return chosen;
    };
  }
}
