import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Evidence } from '#contracts';
import { Database, StepFactsCache } from '#database';
import { CoalescingProducer, TopicNames } from '#kafka';
import { FeedbackMetrics } from '../feedback-metrics.js';
import { Repeating } from '../repeating.js';
import { takeDueEvidence } from './due-evidence.js';
import { LagWatch } from './lag-watch.js';
import { readEvidence } from './read-evidence.js';

/** How soon a change that another instance made, or one that came too soon after the last message, is noticed. */
const lookEveryMs = 100;

/** Publishes what is known of each endpoint's present rollout: at once when it changes, but not too often. */
@Injectable()
export class EvidencePublisher implements OnModuleInit, OnModuleDestroy {
  private readonly facts = new StepFactsCache();
  private readonly repeating = new Repeating(() => this.turn(), lookEveryMs);
  private readonly stopping = new AbortController();
  /** Taken, and not yet acknowledged by Kafka. */
  private readonly unsent = new Set<string>();
  private first = true;

  constructor(
    private readonly database: Database,
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
    private readonly lag: LagWatch,
    private readonly metrics: FeedbackMetrics,
  ) {}

  onModuleInit(): void {
    this.repeating.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.repeating.stop();
  }

  /** Statistics have changed. */
  wake(): void {
    this.repeating.wake();
  }

  private async turn(): Promise<boolean> {
    if (!(await this.database.whenMigrated(this.stopping.signal))) return false;
    // Without a broker the evidence stays in Postgres, and all of it is published afterwards.
    if (this.producer.state !== 'up') return false;
    try {
      for (const endpoint of await takeDueEvidence(this.database.pool, Date.now(), this.first))
        this.unsent.add(endpoint);
      this.first = false;
      if (this.unsent.size > 0) await this.publish([...this.unsent]);
    } catch (error) {
      this.database.note(error);
    }
    return false;
  }

  private async publish(endpoints: readonly string[]): Promise<void> {
    const lagSeconds = await this.lag.seconds(this.database.pool);
    const all = await this.database.transaction(async (client) => {
      const read: Evidence[] = [];
      for (const endpoint of endpoints) {
        const evidence = await readEvidence(client, endpoint, this.facts, Date.now(), lagSeconds);
        if (evidence !== null) read.push(evidence);
      }
      return read;
    }, 'snapshot');
    const topic = this.names.of('evidence');
    const records = all.map((evidence) => ({ topic, key: evidence.endpoint, value: JSON.stringify(evidence) }));
    // What Kafka does not take now stays on the list; the producer tells of its own problems.
    const sent = await this.producer.sendAll(records).then(
      () => true,
      () => false,
    );
    if (!sent) return;
    for (const { endpoint } of all) this.metrics.publish(endpoint);
    this.unsent.clear();
  }
}
