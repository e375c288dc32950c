import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { KafkaBatchServer, TopicAdmin, TopicNames } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import { CollectArtifacts } from './artifacts/collect-artifacts.js';
import { Bell } from './bell.js';
import { LeaderLease } from './leader-lease.js';
import { GuardTopic } from './plans/guard-topic.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { PrepareEndpoint } from './plans/prepare-endpoint.js';
import { PublishPlans } from './plans/publish-plans.js';
import { RetireVersions } from './plans/retire-versions.js';
import { AdvanceRollouts } from './rollouts/advance-rollouts.js';
import { EvidenceStore } from './rollouts/evidence-store.js';

/** Rules that depend on time are looked at this often, in ms; evidence and operators' changes at once. */
const tickMs = 500;
const pauseAfterErrorMs = 500;

/**
 * What the leader does, over and over: let strategies look at the evidence, publish the plans that wait, keep the topic right. Level-triggered: each
 * round starts from what the database and the topic say, so that a crash between any two instructions loses and repeats nothing.
 */
@Injectable()
export class LeaderLoop implements OnModuleInit, OnModuleDestroy {
  private running: Promise<void> = Promise.resolve();
  private ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly lease: LeaderLease,
    private readonly bell: Bell,
    private readonly rollouts: AdvanceRollouts,
    private readonly plans: PublishPlans,
    private readonly guard: GuardTopic,
    private readonly retire: RetireVersions,
    private readonly artifacts: CollectArtifacts,
    private readonly prepare: PrepareEndpoint,
    private readonly topic: PlansOnTopic,
    private readonly server: KafkaBatchServer,
    private readonly admin: TopicAdmin,
    private readonly names: TopicNames,
    evidence: EvidenceStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    evidence.onChange((endpoint) => bell.ring(endpoint));
    topic.onRecord((endpoint) => {
      guard.suspect(endpoint);
      bell.ring(endpoint);
    });
  }

  onModuleInit(): void {
    this.ticking = setInterval(() => this.bell.ring(), tickMs);
    // A term that ends leaves its loop at the end of the round in hand; the next begins after it.
    this.lease.onTerm((term) => {
      this.running = this.running.then(() => this.lead(term));
    });
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.ticking);
    // Nest destroys those that depend before what they depend on: without this the term would never end.
    await this.lease.stop();
    await this.running;
  }

  private async lead(term: AbortSignal): Promise<void> {
    await this.untilItWorks(term, () => this.takeOver(term));
    while (!term.aborted) {
      await this.bell.rung(term);
      const names = this.bell.take();
      await this.untilItWorks(term, () => this.round(names, term));
    }
  }

  /** Reads the topic to its end before anything is written to it. */
  private async takeOver(term: AbortSignal): Promise<void> {
    await Promise.race([this.server.caughtUp, ended(term)]);
    const topic = this.names.of('plans');
    const end = (await this.admin.endOffsets([topic])).find(({ partition }) => partition === 0)?.offset ?? 0n;
    await Promise.race([this.topic.caughtUpTo(end), ended(term)]);
    if (term.aborted) return;
    this.prepare.forget();
    this.retire.forget();
    await this.guard.all();
    this.bell.ring();
  }

  private async round(names: readonly string[] | undefined, term: AbortSignal): Promise<void> {
    if (term.aborted) return;
    await this.rollouts.round(names, Date.now());
    await this.plans.round(term);
    await this.guard.round(Date.now());
    await this.retire.round(Date.now());
    this.artifacts.round(Date.now());
  }

  private async untilItWorks(term: AbortSignal, run: () => Promise<void>): Promise<void> {
    while (!term.aborted) {
      try {
        await run();
        return;
      } catch (error) {
        this.logger.error({ err: error }, 'the leader’s round failed; trying again');
        await sleep(pauseAfterErrorMs, undefined, { signal: term }).catch(() => undefined);
      }
    }
  }
}

const ended = (term: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (term.aborted) resolve();
    else term.addEventListener('abort', () => resolve(), { once: true });
  });
