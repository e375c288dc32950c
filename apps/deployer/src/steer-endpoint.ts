import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { SteeringVerb } from '#contracts';
import { Database } from '#database';
import type { Manifest } from '#manifests';
import type { PlanDraft } from '#strategies';
import { HttpProblem, notFound } from './api/http-problem.js';
import { EndpointLock } from './plans/endpoint-lock.js';
import { draftOf, makePlan, withListedFallback } from './plans/make-plan.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { evaluate, strategyNamed } from './rollouts/evaluate.js';
import { EvidenceStore } from './rollouts/evidence-store.js';
import { Manifests } from './rollouts/manifests.js';
import { writeEvent, writePlan, writeRollout, type Author } from './store/changes.js';
import type { Standing } from './store/standing.js';

const eventOf = { promote: 'promoted', rollback: 'rolled-back', pause: 'paused', resume: 'resumed' } as const;

/** Carries out an operator's verb, whatever the evidence says. */
@Injectable()
export class SteerEndpoint {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointLock,
    private readonly manifests: Manifests,
    private readonly evidence: EvidenceStore,
    private readonly topic: PlansOnTopic,
  ) {}

  /**
   * @param version which one to promote, where there are several
   * @returns the epoch of the plan in force after it
   * @throws HttpProblem 404 or 409, SteeringError where the verb makes no sense for the rollout
   */
  steer(name: string, verb: SteeringVerb, version: string | undefined, author: Author): Promise<number> {
    return this.database.transaction(async (client) => {
      const standing = await this.endpoints.lock(client, name);
      if (standing === undefined || standing.deleted) throw notFound(name);
      const event = { endpoint: name, rollout: standing.rollout.id, type: eventOf[verb], ...author };
      if (verb === 'pause' || verb === 'resume') {
        const changed = await this.suspend(client, standing, verb);
        if (changed) await writeEvent(client, event);
        return standing.epoch;
      }
      const epoch = await this.move(client, standing, verb, version, author);
      await writeEvent(client, { ...event, detail: { epoch, ...(version === undefined ? {} : { version }) } });
      return epoch;
    });
  }

  private async suspend(
    client: pg.PoolClient,
    { name, rollout }: Standing,
    verb: 'pause' | 'resume',
  ): Promise<boolean> {
    const wanted = verb === 'pause' ? 'paused' : 'running';
    if (rollout.status === wanted) return false;
    if (rollout.status !== 'running' && rollout.status !== 'paused') {
      throw new HttpProblem(409, `the rollout of "${name}" has ended (${rollout.status}): there is nothing to ${verb}`);
    }
    await client.query('UPDATE deployments SET status = $3 WHERE endpoint = $1 AND rollout = $2', [
      name,
      rollout.id,
      wanted,
    ]);
    return true;
  }

  private async move(
    client: pg.PoolClient,
    standing: Standing,
    verb: 'promote' | 'rollback',
    version: string | undefined,
    author: Author,
  ): Promise<number> {
    const { name, revision, rollout, plan } = standing;
    const now = Date.now();
    const manifest = this.manifests.of(standing);
    const { strategy, spec } = rollout;
    const named = version === undefined ? {} : { version };
    const state = strategyNamed(strategy).steer({ spec, state: rollout.state, verb, now, ...named });
    const evidence = this.evidence.of(name, rollout.id, now);
    const outcome = evaluate(manifest, { strategy, spec, state, status: 'running' }, plan, evidence, now);
    refuseUnlisted(outcome.draft, manifest);
    await writeRollout(client, { endpoint: name, rollout: rollout.id, ...outcome });
    // The strategy counts a new step though nothing moves, where the rollout stands so already.
    const moves = !isDeepStrictEqual({ ...outcome.draft, step: 0 }, { ...draftOf(plan), step: 0 });
    if (!moves) return standing.epoch;
    const epoch = Math.max(standing.epoch, this.topic.epochOf(name)) + 1;
    const why = author.reason === undefined ? '' : `: ${author.reason}`;
    const reason = `${verb} by ${author.actor}${why}`;
    await writePlan(
      client,
      makePlan(manifest, withListedFallback(outcome.draft, manifest), {
        ...{ revision, epoch, rollout: rollout.id, at: now, rules: plan.rules },
      }),
      reason,
    );
    return epoch;
  }
}

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
