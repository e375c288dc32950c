import { Injectable } from '@nestjs/common';
import type { Evidence } from '#contracts';
import { Database, StepFactsCache } from '#database';
import { CoalescingProducer, TopicNames } from '#kafka';
import { DatabaseTask } from '../database-task.js';
import { FeedbackMetrics } from '../feedback-metrics.js';
import { findDueEvidence, takeEvidence } from './due-evidence.js';
import { LagWatch } from './lag-watch.js';
import { readEvidence } from './read-evidence.js';

/** How soon a change that another instance made, or one that came too soon after the last message, is noticed. */
const lookEveryMs = 250;

/** Publishes what is known of each endpoint's present rollout: at once when it changes, but not too often. */
@Injectable()
export class EvidencePublisher extends DatabaseTask {
  private readonly facts = new StepFactsCache();
  /** Taken, and not yet acknowledged by Kafka. */
  private readonly unsent = new Set<string>();
  private first = true;

  constructor(
    database: Database,
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
    private readonly lag: LagWatch,
    private readonly metrics: FeedbackMetrics,
  ) {
    super(database, lookEveryMs);
  }

  protected async turn(): Promise<boolean> {
    // Without a broker the evidence stays in Postgres, and all of it is published afterwards.
    if (this.producer.state !== 'up') return false;
    const all = this.first || this.unsent.size > 0;
    const due = await findDueEvidence(this.database.pool, Date.now(), this.first);
    const endpoints = new Set([...due, ...this.unsent]);
    if (endpoints.size > 0) await this.publish([...endpoints].sort(), all);
    this.first = false;
    return false;
  }

  private async publish(endpoints: readonly string[], all: boolean): Promise<void> {
    const read = await this.read(endpoints);
    const taken = await takeEvidence(this.database.pool, read, Date.now(), all);
    for (const { endpoint } of taken) this.unsent.add(endpoint);
    const topic = this.names.of('evidence');
    const records = taken.map((evidence) => ({ topic, key: evidence.endpoint, value: JSON.stringify(evidence) }));
    // What Kafka does not take now stays on the list; the producer tells of its own problems.
    const sent = await this.producer.sendAll(records).then(
      () => true,
      () => false,
    );
    if (!sent) return;
    for (const { endpoint } of taken) this.metrics.publish(endpoint);
    this.unsent.clear();
  }

  private async read(endpoints: readonly string[]): Promise<Evidence[]> {
    const lagSeconds = await this.lag.seconds(this.database.pool);
    return this.database.transaction(async (client) => {
      const read: Evidence[] = [];
      for (const endpoint of endpoints) {
        const evidence = await readEvidence(client, endpoint, this.facts, Date.now(), lagSeconds);
        if (evidence !== null) read.push(evidence);
      }
      return read;
    }, 'snapshot');
  }
}
