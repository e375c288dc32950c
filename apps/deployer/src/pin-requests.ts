import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { RoutingRule, TrafficPlan } from '#contracts';
import { HttpProblem } from './api/http-problem.js';
import { EndpointLock } from './plans/endpoint-lock.js';
import { renumbered } from './plans/make-plan.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { Manifests } from './rollouts/manifests.js';
import { writeEvent, writePlan, type Author } from './store/changes.js';
import type { Standing } from './store/standing.js';

type When = RoutingRule['when'];

/** Rules are looked at one after the other, for each request. */
const mostPins = 1_000;
/** Headers that mean something to Kafka, or to us: the ingress passes none of a caller's on. */
const reserved = /^(ce_|kafka_|understudy-)/i;

/**
 * Gives a consumer's requests, or those with a header, to one version whatever the allocation says. Pins stand in the plan and go from plan to plan,
 * through steps, rollouts and rollbacks, until they are taken out.
 */
@Injectable()
export class PinRequests {
  constructor(
    private readonly endpoints: EndpointLock,
    private readonly manifests: Manifests,
    private readonly topic: PlansOnTopic,
  ) {}

  /** The newest pin of the same requests holds. @returns the epoch of the plan in force after it; @throws HttpProblem 400, 404, 409 or 412 */
  pin(name: string, { when, version }: RoutingRule, author: Author): Promise<number> {
    return this.change(name, author, (standing) => {
      if ('header' in when && reserved.test(when.header)) {
        throw new HttpProblem(400, `the header "${when.header}" is never a caller's: expected another one`);
      }
      const listed = this.manifests.of(standing).envelope.spec.versions.map((spec) => spec.name);
      if (!listed.includes(version)) {
        throw new HttpProblem(
          409,
          `version "${version}" is not listed in the manifest; expected one of ${listed.join(', ')}`,
        );
      }
      const others = rulesOf(standing).filter((rule) => !isDeepStrictEqual(rule.when, when));
      if (others.length >= mostPins) throw new HttpProblem(409, `there are ${others.length} pins: take some out first`);
      return { type: 'pinned', rules: [...others, { when, version }], detail: { when, version } };
    });
  }

  /** @returns the epoch of the plan in force after it; @throws HttpProblem 404, 412, or 409 where there is no such pin */
  unpin(name: string, when: When, author: Author): Promise<number> {
    return this.change(name, author, (standing) => {
      const rules = rulesOf(standing).filter((rule) => !isDeepStrictEqual(rule.when, when));
      if (rules.length === rulesOf(standing).length) {
        throw new HttpProblem(409, `nothing is pinned by ${wordsOf(when)}; "describe" lists the pins`);
      }
      return { type: 'unpinned', rules, detail: { when } };
    });
  }

  private change(name: string, author: Author, make: (standing: Standing) => Change): Promise<number> {
    return this.endpoints.change(name, author, async (client, standing) => {
      const { type, rules, detail } = make(standing);
      if (isDeepStrictEqual(rules, rulesOf(standing))) return standing.epoch;
      const epoch = await this.write(client, standing, rules, `${type} by ${author.actor}`);
      const event = { ...author, endpoint: name, rollout: standing.rollout.id, type };
      await writeEvent(client, { ...event, detail: { epoch, ...detail } });
      return epoch;
    });
  }

  private async write(
    client: pg.PoolClient,
    standing: Standing,
    rules: RoutingRule[],
    reason: string,
  ): Promise<number> {
    const epoch = this.topic.nextEpoch(standing.name, standing.epoch);
    const { rules: _, ...plan }: TrafficPlan = renumbered(standing.plan, { epoch, at: Date.now() });
    await writePlan(client, rules.length === 0 ? plan : { ...plan, rules }, reason);
    return epoch;
  }
}

interface Change {
  readonly type: 'pinned' | 'unpinned';
  readonly rules: RoutingRule[];
  readonly detail: object;
}

const rulesOf = ({ plan }: Standing): RoutingRule[] => plan.rules ?? [];

const wordsOf = (when: When): string =>
  'routingKey' in when ? `the routing key "${when.routingKey}"` : `the header ${when.header}=${when.equals}`;
