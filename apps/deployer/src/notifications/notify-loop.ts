import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LOGGER, type Logger } from '#platform';
import { LeaderLease } from '../leader-lease.js';
import { PublishEvents } from './publish-events.js';
import { TellWebhooks } from './tell-webhooks.js';

/** How often is looked for new events, and for attempts that are due, in ms. */
const lookMs = 500;

/**
 * What the leader does to tell others of events, apart from its round: nobody who does not listen can hold up a rollout. Level-triggered: who has
 * been told of what is read from the database in each round.
 */
@Injectable()
export class NotifyLoop implements OnModuleInit, OnModuleDestroy {
  private running: Promise<void> = Promise.resolve();
  private readonly failing = new Set<string>();

  constructor(
    private readonly lease: LeaderLease,
    private readonly topic: PublishEvents,
    private readonly webhooks: TellWebhooks,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.lease.onTerm((term) => {
      this.running = this.running.then(() => this.lead(term));
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.lease.stop();
    await this.running;
  }

  private async lead(term: AbortSignal): Promise<void> {
    while (!term.aborted) {
      await Promise.all([
        this.attempt('the topic of events', () => this.topic.round()),
        this.attempt('webhooks', () => this.webhooks.round(term)),
      ]);
      await sleep(lookMs, undefined, { signal: term }).catch(() => undefined);
    }
    await this.webhooks.idle();
  }

  /** What fails in every round is said once. */
  private async attempt(what: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
      this.failing.delete(what);
    } catch (error) {
      if (!this.failing.has(what)) this.logger.warn({ err: error }, `${what}: events wait; trying again`);
      this.failing.add(what);
    }
  }
}
