import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { Evidence } from '#contracts';
import type { Manifest } from '#manifests';
import type { PlanDraft, RegisteredStrategy } from '#strategies';
import { HttpProblem } from './api/http-problem.js';
import { EndpointLock } from './plans/endpoint-lock.js';
import { draftOf, makePlan, withListedFallback } from './plans/make-plan.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { evaluate, strategyNamed } from './rollouts/evaluate.js';
import { EvidenceStore } from './rollouts/evidence-store.js';
import { Manifests } from './rollouts/manifests.js';
import { writeEvent, writePlan, writeRollout, type Author } from './store/changes.js';
import { isAtWork, type Standing } from './store/standing.js';

const eventOf = { promote: 'promoted', rollback: 'rolled-back', pause: 'paused', resume: 'resumed' } as const;

/** Carries out an operator's verb, whatever the evidence says. Each gives back the epoch of the plan in force after it. */
@Injectable()
export class SteerEndpoint {
  constructor(
    private readonly endpoints: EndpointLock,
    private readonly manifests: Manifests,
    private readonly evidence: EvidenceStore,
    private readonly topic: PlansOnTopic,
  ) {}

  /**
   * All of the traffic to one version.
   *
   * @param move.version which one to promote, where there are several
   * @throws HttpProblem 404, 409 or 412, SteeringError where the verb makes no sense for the rollout
   */
  move(
    name: string,
    move: { verb: 'promote' | 'rollback'; version?: string | undefined },
    author: Author,
  ): Promise<number> {
    const { verb, version } = move;
    const named = version === undefined ? {} : { version };
    return this.endpoints.change(name, author, async (client, standing) => {
      const { rollout } = standing;
      const now = Date.now();
      const steer = (strategy: RegisteredStrategy) => strategy.steer({ ...rollout, verb, now, ...named });
      const evidence = this.evidence.of(name, rollout.id, now);
      const epoch = await this.write(client, standing, { author, now, verb, steer, evidence, status: 'running' });
      await this.tell(client, standing, { ...author, type: eventOf[verb], detail: { epoch, ...named } });
      return epoch;
    });
  }

  /**
   * One version's share as a step of its own: the strategy goes on from there unless the rollout is paused.
   *
   * @param share.weight between 0 and 1, both excluded
   * @throws HttpProblem 404, 409 or 412, SteeringError where the strategy has no such share to set
   */
  setWeight(name: string, share: { version: string; weight: number }, author: Author): Promise<number> {
    const { version, weight } = share;
    return this.endpoints.change(name, author, async (client, standing) => {
      const { rollout } = standing;
      if (!isAtWork(standing)) throw hasEnded(standing, 'set a weight of');
      const now = Date.now();
      const steer = (strategy: RegisteredStrategy) => strategy.setWeight({ ...rollout, version, weight, now });
      // Of the new step nothing is known yet: what is known of others moves nothing now.
      const change = { author, now, verb: 'set-weight', steer, evidence: null, status: rollout.status };
      const epoch = await this.write(client, standing, change);
      await this.tell(client, standing, { ...author, type: 'weight-set', detail: { epoch, version, weight } });
      return epoch;
    });
  }

  /** Freezes the plan, or lets the strategy go on; @throws HttpProblem 404, 409 or 412 */
  suspend(name: string, verb: 'pause' | 'resume', author: Author): Promise<number> {
    const wanted = verb === 'pause' ? 'paused' : 'running';
    return this.endpoints.change(name, author, async (client, standing) => {
      const { rollout, epoch } = standing;
      if (rollout.status === wanted) return epoch;
      if (!isAtWork(standing)) throw hasEnded(standing, verb);
      const sql = 'UPDATE deployments SET status = $3 WHERE endpoint = $1 AND rollout = $2';
      await client.query(sql, [name, rollout.id, wanted]);
      await this.tell(client, standing, { ...author, type: eventOf[verb] });
      return epoch;
    });
  }

  private tell(client: pg.PoolClient, { name, rollout }: Standing, event: Told): Promise<void> {
    return writeEvent(client, { endpoint: name, rollout: rollout.id, ...event });
  }

  private async write(client: pg.PoolClient, standing: Standing, change: Change): Promise<number> {
    const { name, revision, rollout, plan } = standing;
    const { author, now, verb, steer, evidence } = change;
    const manifest = this.manifests.of(standing);
    const { strategy, spec } = rollout;
    const state = steer(strategyNamed(strategy));
    const outcome = evaluate(manifest, { strategy, spec, state, status: 'running' }, plan, evidence, now);
    refuseUnlisted(outcome.draft, manifest);
    const status = change.status === 'paused' ? change.status : outcome.status;
    await writeRollout(client, { endpoint: name, rollout: rollout.id, ...outcome, status });
    // The strategy counts a new step though nothing moves, where the rollout stands so already.
    const moves = !isDeepStrictEqual({ ...outcome.draft, step: 0 }, { ...draftOf(plan), step: 0 });
    if (!moves) return standing.epoch;
    const epoch = this.topic.nextEpoch(name, standing.epoch);
    const why = author.reason === undefined ? '' : `: ${author.reason}`;
    const reason = `${verb} by ${author.actor}${why}`;
    const numbers = { revision, epoch, rollout: rollout.id, at: now, rules: plan.rules };
    await writePlan(client, makePlan(manifest, withListedFallback(outcome.draft, manifest), numbers), reason);
    return epoch;
  }
}

interface Told extends Author {
  readonly type: string;
  readonly detail?: object;
}

interface Change {
  readonly author: Author;
  readonly now: number;
  readonly verb: string;
  /** The state after the verb. */
  readonly steer: (strategy: RegisteredStrategy) => unknown;
  readonly evidence: Evidence | null;
  /** `paused`: the rollout stays so. */
  readonly status: string;
}

const hasEnded = ({ name, rollout: { status } }: Standing, what: string): HttpProblem =>
  new HttpProblem(409, `the rollout of "${name}" has ended (${status}): there is nothing to ${what}`);

/** A version that has left the manifest has left the workers: there is no way back to it. */
function refuseUnlisted({ allocation }: PlanDraft, manifest: Manifest): void {
  const listed = manifest.envelope.spec.versions.map(({ name }) => name);
  const gone = allocation.find(({ version }) => !listed.includes(version));
  if (gone === undefined) return;
  throw new HttpProblem(
    409,
    `version "${gone.version}" is not listed in the manifest any more; apply one that lists it`,
  );
}
