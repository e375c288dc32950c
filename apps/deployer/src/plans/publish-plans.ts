import { Inject, Injectable } from '@nestjs/common';
import type { TrafficPlan } from '#contracts';
import { Database } from '#database';
import { CoalescingProducer, HeartbeatsView, TopicNames } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import { OutboxRepository } from '../store/outbox.repository.js';
import { notLoadedYet } from './not-loaded-yet.js';
import { PlansOnTopic } from './plans-on-topic.js';
import { PrepareEndpoint } from './prepare-endpoint.js';

/**
 * Carries each endpoint's newest plan from the database to its topic, after what it needs is there. Those before it that still wait are overtaken:
 * readers need growing epochs, not each of them, and must not execute for a moment what was decided otherwise since.
 */
@Injectable()
export class PublishPlans {
  private readonly failing = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly outbox: OutboxRepository,
    private readonly topic: PlansOnTopic,
    private readonly prepare: PrepareEndpoint,
    private readonly heartbeats: HeartbeatsView,
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Publishes what waits. @param term aborted when another one may lead */
  async round(term: AbortSignal): Promise<void> {
    const waiting = Map.groupBy(await this.outbox.waiting(), ({ endpoint }) => endpoint);
    for (const [endpoint, plans] of waiting) {
      if (term.aborted) return;
      try {
        await this.publish(endpoint, plans, term);
        this.failing.delete(endpoint);
      } catch (error) {
        if (!this.database.isUp) throw error;
        if (!this.failing.has(endpoint)) this.logger.warn({ err: error, endpoint }, 'its plan cannot be published yet');
        this.failing.add(endpoint);
      }
    }
  }

  /** Publishes what waits of one endpoint, leader or not. */
  async now(endpoint: string): Promise<void> {
    const plans = await this.outbox.waiting(endpoint);
    if (plans.length > 0) await this.publish(endpoint, plans, new AbortController().signal);
  }

  private async publish(endpoint: string, plans: readonly TrafficPlan[], term: AbortSignal): Promise<void> {
    const known = this.topic.epochOf(endpoint);
    const newest = plans.at(-1);
    // What is not above the topic's epoch would be no plan for its readers: it is thrown away.
    if (newest === undefined || newest.epoch <= known) return this.outbox.done(endpoint, known);
    if (newest.deleted !== true) await this.prepare.endpoint(endpoint);
    const workersOf = (version: string): number => this.heartbeats.workersOf(endpoint, version).length;
    const missing = notLoadedYet(newest, this.topic.get(endpoint)?.plan, workersOf);
    // Asked again in each round; what it waits for stands in the endpoint's view.
    if (missing.length > 0) throw new Error(`no worker has loaded ${missing.join(', ')} yet`);
    // While the endpoint was made ready, somebody may have broken the glass.
    if (term.aborted || this.topic.epochOf(endpoint) > known) return;
    const topic = this.names.of('plans');
    await this.producer.send({ topic, key: endpoint, value: JSON.stringify(newest) });
    await this.outbox.done(endpoint, newest.epoch);
    this.logger.info({ endpoint, epoch: newest.epoch, allocation: newest.allocation }, 'plan published');
  }
}
