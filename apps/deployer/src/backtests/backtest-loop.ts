import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CoalescingProducer, HeartbeatsView, messageOf, TopicAdmin, TopicNames } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import { scoringRule } from '#scoring';
import { LeaderLease } from '../leader-lease.js';
import { PrepareEndpoint } from '../plans/prepare-endpoint.js';
import { VersionsRepository } from '../store/versions.repository.js';
import type { Backtest } from './backtest.js';
import { BacktestRun, ruleFor } from './backtest-run.js';
import { BacktestsRepository } from './backtests.repository.js';
import { PastRequestsRepository } from './past-requests.repository.js';

/** How often is looked for backtests to begin, and for answers where one is at work. Milliseconds. */
const idleMs = 500;
const lookMs = 50;
/** Without progress for so long, the reason is looked for. */
const patienceMs = 3_000;

/** What fails in every round is said this often. */
const noteEveryMs = 5_000;

interface AtWork {
  readonly run: BacktestRun;
  progressAt: number;
}

/**
 * What the leader does for backtests, apart from its live work: lets each that is at work take a step, over and over. Level-triggered:
 * which are at work, and how far they are, is read from the database in each round.
 */
@Injectable()
export class BacktestLoop implements OnModuleInit, OnModuleDestroy {
  private running: Promise<void> = Promise.resolve();
  private readonly atWork = new Map<number, AtWork>();
  private notedAt = -Infinity;

  constructor(
    private readonly lease: LeaderLease,
    private readonly backtests: BacktestsRepository,
    private readonly past: PastRequestsRepository,
    private readonly versions: VersionsRepository,
    private readonly prepare: PrepareEndpoint,
    private readonly heartbeats: HeartbeatsView,
    private readonly producer: CoalescingProducer,
    private readonly admin: TopicAdmin,
    private readonly names: TopicNames,
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
    this.atWork.clear();
    while (!term.aborted) {
      let pause = idleMs;
      try {
        if (await this.round(term)) pause = lookMs;
      } catch (error) {
        this.note(error);
      }
      await sleep(pause, undefined, { signal: term }).catch(() => undefined);
    }
  }

  /** Whether any is at work. */
  private async round(term: AbortSignal): Promise<boolean> {
    const running = await this.backtests.running();
    const ids = new Set(running.map(({ id }) => id));
    for (const id of this.atWork.keys()) if (!ids.has(id)) this.atWork.delete(id);
    // Who is told of a backtest reads its topic at once.
    const fresh = running.filter(({ id }) => !this.atWork.has(id));
    await this.admin.ensure(
      fresh.map(({ endpoint, version }) => ({ id: 'backtest', parameters: { endpoint, version } })),
    );
    await this.prepare.announceBacktests(new Map(running.map((one) => [`${one.endpoint}/${one.version}`, one.id])));
    for (const backtest of running) {
      if (term.aborted) return false;
      await this.advance(backtest).catch((error: unknown) => this.note(error));
    }
    return running.length > 0;
  }

  private note(error: unknown): void {
    if (Date.now() - this.notedAt < noteEveryMs) return;
    this.notedAt = Date.now();
    this.logger.warn({ err: error }, 'backtests wait: something failed; trying again');
  }

  private async advance(backtest: Backtest): Promise<void> {
    const now = Date.now();
    const one = this.atWork.get(backtest.id) ?? (await this.begin(backtest, now));
    if (one === undefined) return;
    const progress = await one.run.step(now);
    if (progress === 'done') {
      await this.backtests.end(backtest.id, 'done', null);
      this.logger.info({ endpoint: backtest.endpoint, version: backtest.version }, 'backtest done');
    }
    if (progress === 'done' || progress === 'gone') this.atWork.delete(backtest.id);
    else if (progress === 'through') one.progressAt = now;
    else if (now - one.progressAt > patienceMs) {
      one.progressAt = now;
      await this.backtests.waits(backtest.id, await this.waitsFor(backtest, one, now));
    }
  }

  /** Undefined where it has failed instead. */
  private async begin(backtest: Backtest, now: number): Promise<AtWork | undefined> {
    const { id, endpoint, version, champion, truth } = backtest;
    const known = await this.versions.of(endpoint);
    const listed = known.find((row) => row.version === version && !row.retired);
    const rule = scoringRule(truth);
    if (listed === undefined || !rule.ok) {
      const why = `version "${version}" is not listed in the manifest any more`;
      await this.backtests.end(id, 'failed', rule.ok ? why : rule.problems.map(({ message }) => message).join('; '));
      return undefined;
    }
    const outputOf = (name: string): string | undefined => known.find((row) => row.version === name)?.spec.output;
    const judging = {
      champion: ruleFor(rule.rule, outputOf(champion)),
      shadow: ruleFor(rule.rule, outputOf(version)),
      reward: { kind: rule.rule.kind, goal: rule.rule.goal },
    };
    const { backtests, past, producer, names } = this;
    const one = { run: new BacktestRun(backtest, judging, { backtests, past, producer, names }), progressAt: now };
    this.atWork.set(id, one);
    return one;
  }

  /** Why nothing comes back, in words; null where that is being mended. */
  private async waitsFor({ endpoint, version }: Backtest, { run }: AtWork, now: number): Promise<string | null> {
    const failure = this.heartbeats.failures(endpoint, version)[0];
    if (failure !== undefined) return `version "${version}" cannot be loaded: ${failure.error}`;
    if (this.heartbeats.workersOf(endpoint, version).length === 0) return `a living worker with version "${version}"`;
    try {
      if ((await this.admin.lag('model-worker', 'backtest', { endpoint, version })) > 0)
        return 'workers that have no live traffic to answer';
      if ((await this.admin.lag('recorder', 'backtestPredictions')) > 0) return 'the recorder';
    } catch (error) {
      return `Kafka: ${messageOf(error)}`;
    }
    await run.askAgain(now);
    return null;
  }
}
