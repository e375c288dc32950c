import type { BeforeApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import type { Heartbeat } from '#contracts';
import type { Logger, ServiceInfo } from '#platform';
import type { CoalescingProducer } from './coalescing-producer.js';
import { messageOf } from './errors.js';
import type { TopicNames } from './topic-names.js';

/** What an instance says of itself besides being there. */
export type Description = Pick<Heartbeat, 'epochs' | 'live' | 'failed' | 'leads'>;

const everyMs = 1_000;

/** Says that this instance lives: each second, at once when something changed, and a last time when it leaves. */
export class Heartbeater implements OnModuleDestroy, BeforeApplicationShutdown {
  private describeNow: (() => Description) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private announced = false;
  private leaving = false;

  constructor(
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
    private readonly service: ServiceInfo,
    private readonly logger: Logger,
  ) {}

  /** Starts the heartbeats; `description` is asked for each. Services that never call it send none. */
  describe(description: () => Description): void {
    this.describeNow = description;
    this.timer ??= setInterval(() => void this.beat(), everyMs);
    this.producer.onStateChange((state) => {
      if (state === 'up') this.changed();
    });
    this.changed();
  }

  /** Something of the description is new: says so at once (changes of the same moment together). */
  changed(): void {
    if (this.announced || this.describeNow === undefined) return;
    this.announced = true;
    setImmediate(() => {
      this.announced = false;
      void this.beat();
    });
  }

  /** Says that it leaves, so that nobody sends it anything more while it finishes what is in hand. */
  async onModuleDestroy(): Promise<void> {
    if (this.describeNow === undefined) return;
    clearInterval(this.timer);
    this.leaving = true;
    await this.publish({ leaving: true });
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async beat(): Promise<void> {
    if (this.leaving || this.describeNow === undefined) return;
    await this.publish({ leaving: false, ...this.describeNow() });
  }

  private async publish(says: Partial<Heartbeat>): Promise<void> {
    const { app, instance } = this.service;
    const value = JSON.stringify({ app, instance, at: Date.now(), ...says });
    try {
      await this.producer.send({ topic: this.names.of('heartbeats'), key: instance, value });
    } catch (error) {
      this.logger.debug({ reason: messageOf(error) }, 'heartbeat not sent');
    }
  }
}
