import { Inject, Injectable } from '@nestjs/common';
import { Database, isRefused, StepFactsCache } from '#database';
import { LOGGER, type Logger } from '#platform';
import { DatabaseTask } from '../database-task.js';
import { EvidencePublisher } from '../evidence/evidence-publisher.js';
import { FeedbackMetrics } from '../feedback-metrics.js';
import { UserMetrics } from '../scoring/user-metrics.js';
import { type Claim, postpone, settle } from './claim.js';
import { EndpointRules } from './endpoint-rules.js';
import { joinBatch, JoinFailed, type JoinReport } from './join-batch.js';

/** Requests in one transaction: enough to spread its cost, few enough that others soon have their turn. */
const mostRequests = 1_000;
/** Transactions at a time while there is a backlog: one is worked out here while Postgres works on the other. */
const mostLanes = 2;
/** How soon a truth that came by SQL, and a row that was recorded, is noticed. */
const lookEveryMs = 250;
/** After a transaction that failed. */
const pauseAfterFailureMs = 500;
/** When a request that Postgres refuses is looked at again. */
const setAsideSeconds = 300;

/** Joins truth with predictions, all the time; several instances share the work. */
@Injectable()
export class Joiner extends DatabaseTask {
  private readonly rules: EndpointRules;
  private readonly facts = new StepFactsCache();
  private limit = mostRequests;
  private lanes = 1;

  constructor(
    database: Database,
    private readonly publisher: EvidencePublisher,
    private readonly metrics: FeedbackMetrics,
    private readonly userMetrics: UserMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(database, lookEveryMs);
    this.rules = new EndpointRules(userMetrics);
  }

  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    this.userMetrics.close();
  }

  protected async turn(): Promise<boolean> {
    const turns = await Promise.all(Array.from({ length: this.lanes }, () => this.joinOrRecover()));
    const more = turns.some(Boolean);
    this.lanes = more ? mostLanes : 1;
    return more;
  }

  /** One transaction; whether there is more to do. */
  private async joinOrRecover(): Promise<boolean> {
    try {
      const report = await this.join();
      this.metrics.join(report.requests, report.outcomes, report.failures);
      if (report.changed.length > 0) this.publisher.wake();
      this.limit = Math.min(mostRequests, this.limit * 2);
      return report.more;
    } catch (error) {
      return await this.recover(error);
    }
  }

  private async join(): Promise<JoinReport> {
    const stop = this.metrics.startTransaction();
    try {
      const { rules, facts, limit } = this;
      return await this.database.transaction((client) => joinBatch(client, { rules, facts, limit, now: Date.now() }));
    } finally {
      stop();
    }
  }

  /** A request that Postgres refuses is found by taking ever fewer, and set aside; anything else passes with time. */
  private async recover(error: unknown): Promise<boolean> {
    if (error instanceof JoinFailed && isRefused(error.cause)) {
      if (this.limit > 1) {
        this.limit = Math.ceil(this.limit / 4);
        return true;
      }
      this.logger.error({ err: error.cause, requests: error.claims }, 'requests set aside: their outcomes are refused');
      await this.setAside(error.claims).catch((problem: unknown) => this.database.note(problem));
      return true;
    }
    this.database.note(error instanceof JoinFailed ? error.cause : error);
    await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs));
    return false;
  }

  private async setAside(claims: readonly Claim[]): Promise<void> {
    await this.database.transaction(async (client) => {
      await postpone(
        client,
        claims.map((claim) => ({ claim, seconds: setAsideSeconds })),
      );
      await settle(client, claims);
    });
  }
}
