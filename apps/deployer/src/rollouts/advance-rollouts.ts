import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from '#database';
import { LOGGER, Registry, type Logger } from '#platform';
import { Histogram } from 'prom-client';
import { EndpointLock } from '../plans/endpoint-lock.js';
import { makePlan } from '../plans/make-plan.js';
import { PlansOnTopic } from '../plans/plans-on-topic.js';
import { writeEvent, writePlan, writeRollout } from '../store/changes.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { isAtWork, type Standing } from '../store/standing.js';
import { VerdictsRepository, type SaidVerdict } from '../store/verdicts.repository.js';
import { askRollout } from './ask-rollout.js';
import { isInForce, moves, type Outcome } from './evaluate.js';
import { EvidenceStore } from './evidence-store.js';
import { Manifests } from './manifests.js';

/** A verdict whose words alone have changed is written this often at most, in ms. */
const verdictEveryMs = 2_000;

/** Lets the strategies of rollouts at work look at the evidence, and carries out what they say. */
@Injectable()
export class AdvanceRollouts {
  private readonly written = new Map<string, { at: number; seq: number | null }>();
  private readonly failing = new Set<string>();
  private readonly seconds: Histogram;

  constructor(
    private readonly database: Database,
    private readonly standings: StandingsRepository,
    private readonly endpoints: EndpointLock,
    private readonly evidence: EvidenceStore,
    private readonly manifests: Manifests,
    private readonly topic: PlansOnTopic,
    private readonly verdicts: VerdictsRepository,
    @Inject(LOGGER) private readonly logger: Logger,
    registry: Registry,
  ) {
    this.seconds = new Histogram({
      name: 'understudy_deployer_round_seconds',
      help: 'Time for one look at all rollouts at work, what they moved written',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    });
  }

  /** @param names absent: all */
  async round(names: readonly string[] | undefined, now: number): Promise<void> {
    const began = performance.now();
    const said: SaidVerdict[] = [];
    for (const standing of await this.standings.atWork(names)) {
      try {
        said.push(...(await this.advance(standing, now)));
        this.failing.delete(standing.name);
      } catch (error) {
        if (!this.database.isUp) throw error;
        // One endpoint that cannot be evaluated must not hold up the others; said once, not at each tick.
        if (!this.failing.has(standing.name))
          this.logger.error({ err: error, endpoint: standing.name }, 'cannot be evaluated');
        this.failing.add(standing.name);
      }
    }
    await this.verdicts.write(said);
    for (const { standing, evidenceSeq } of said) this.written.set(standing.name, { at: now, seq: evidenceSeq });
    if (names === undefined) this.seconds.observe((performance.now() - began) / 1_000);
  }

  /** Carries out what moves. @returns the verdict, where it moves nothing and is to be shown */
  private async advance(standing: Standing, now: number): Promise<SaidVerdict[]> {
    const outcome = this.ask(standing, now);
    if (!moves(outcome, standing.rollout, standing.plan)) {
      return this.isDue(standing, outcome, now) ? [{ standing, ...outcome }] : [];
    }
    await this.database.transaction(async (client) => {
      // What was read may be past: an operator may have been quicker.
      const locked = await this.endpoints.lock(client, standing.name);
      if (locked === undefined || locked.deleted || !isAtWork(locked)) return;
      await this.write(client, locked, this.ask(locked, now), now);
    });
    this.written.set(standing.name, { at: now, seq: outcome.evidenceSeq });
    return [];
  }

  private ask(standing: Standing, now: number): Outcome {
    return askRollout(
      standing,
      this.manifests.of(standing),
      this.evidence.of(standing.name, standing.rollout.id, now),
      now,
    );
  }

  private isDue({ name }: Standing, { evidenceSeq }: Outcome, now: number): boolean {
    const last = this.written.get(name);
    return last === undefined || last.seq !== evidenceSeq || now - last.at >= verdictEveryMs;
  }

  private async write(client: pg.PoolClient, standing: Standing, outcome: Outcome, now: number): Promise<void> {
    const { name, revision, rollout, plan } = standing;
    const { draft, state, status, verdict, evidenceSeq } = outcome;
    const author = { endpoint: name, rollout: rollout.id, actor: 'deployer' };
    await writeRollout(client, { endpoint: name, rollout: rollout.id, state, status, verdict, evidenceSeq });
    if (verdict.outcome !== rollout.verdict?.outcome || verdict.version !== rollout.verdict.version) {
      await writeEvent(client, {
        ...author,
        type: 'verdict',
        reason: verdict.reason,
        detail: { ...verdict, evidenceSeq },
      });
    }
    if (!isInForce(draft, plan)) {
      const epoch = this.topic.nextEpoch(name, standing.epoch);
      const next = makePlan(this.manifests.of(standing), draft, {
        ...{ revision, epoch, rollout: rollout.id, at: now, rules: plan.rules },
      });
      await writePlan(client, next, verdict.reason);
      const { step, allocation, shadows } = next;
      const detail = { epoch, step, allocation, shadows, verdict, evidenceSeq };
      await writeEvent(client, { ...author, type: 'plan', reason: verdict.reason, detail });
    }
    if (status === 'succeeded' || status === 'failed') {
      await writeEvent(client, { ...author, type: status, reason: verdict.reason });
    }
  }
}
