import { Inject, Injectable } from '@nestjs/common';
import { championOfPlan, driftSpec, truthSpec, type TrafficPlan } from '#contracts';
import { Database, locks, sqlStateOf } from '#database';
import { LOGGER, type Logger } from '#platform';
import { DatabaseTask } from '../database-task.js';
import { type LookedAt, lookAtHealth, readReference, type Reference } from './look-at-health.js';

/** An endpoint is looked at this often, in ms. */
const everyMs = 60_000;
/** Of its time the looking takes this share at most. */
const mostShare = 0.05;
/** A statement that takes longer is given up: the log is for others first. */
const statementMs = 10_000;
/** The truth of reference requests matures: they are read anew this often. */
const referenceMs = 15 * 60_000;

interface Row {
  plan: TrafficPlan;
  rollout: number;
  truth: unknown;
  drift: unknown;
  begun: Date;
  versions: { name: string; output: string | null }[];
}

/** Looks at what versions answer, again and again, for those whose truth comes late or never. */
@Injectable()
export class HealthWatch extends DatabaseTask {
  private readonly references = new Map<string, { readonly reference: Reference; readonly at: number }>();
  private restUntil = 0;

  constructor(
    database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(database, 1_000);
  }

  protected async turn(): Promise<boolean> {
    const began = Date.now();
    if (began < this.restUntil) return false;
    for (const endpoint of await this.due()) await this.look(endpoint);
    this.restUntil = Date.now() + (Date.now() - began) / mostShare;
    return false;
  }

  /** Endpoints that nobody has looked at for a while. */
  private async due(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ name: string }>(
      `SELECT name FROM endpoints e
       WHERE deleted_at IS NULL AND NOT EXISTS (
         SELECT 1 FROM version_health h WHERE h.endpoint = e.name AND h.at > now() - $1::float8 * interval '1 millisecond')`,
      [everyMs],
    );
    return rows.map(({ name }) => name);
  }

  private async look(endpoint: string): Promise<void> {
    try {
      await this.database.transaction(async (client) => {
        await client.query(`SET LOCAL statement_timeout = ${statementMs}`);
        const sql = 'SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS mine';
        const { rows: held } = await client.query<{ mine: boolean }>(sql, [locks.health, endpoint]);
        if (held[0]?.mine !== true) return;
        const { rows } = await client.query<Row>(endpointSql, [endpoint]);
        const [row] = rows;
        if (row === undefined) return;
        const [of, now] = [lookedAt(endpoint, row), Date.now()];
        const reference = await this.reference(of, now, () => readReference(client, of, now));
        await lookAtHealth(client, of, reference, now);
      });
    } catch (error) {
      // What Postgres says of one endpoint's statement, such as that it took too long, is no outage.
      if (sqlStateOf(error) === undefined) throw error;
      this.logger.warn({ err: error, endpoint }, 'cannot look at the health of versions; trying again');
    }
  }

  private async reference(
    { endpoint, champion, begun, reference: times }: LookedAt,
    now: number,
    read: () => Promise<Reference | null>,
  ): Promise<Reference | null> {
    const key = `${endpoint}/${champion}/${begun.getTime()}/${JSON.stringify(times)}`;
    const known = this.references.get(key);
    if (known !== undefined && now - known.at < referenceMs) return known.reference;
    for (const other of this.references.keys()) if (other.startsWith(`${endpoint}/`)) this.references.delete(other);
    const reference = await read();
    if (reference !== null) this.references.set(key, { reference, at: now });
    return reference;
  }
}

const endpointSql = `
  SELECT p.plan, e.rollout, e.manifest->'spec'->'truth' AS truth, e.manifest->'spec'->'drift' AS drift, r.begun,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('name', v.version, 'output', v.spec->>'output')), '[]') FROM model_versions v
     WHERE v.endpoint = e.name AND v.retired_at IS NULL) AS versions
  FROM endpoints e
  CROSS JOIN LATERAL (
    SELECT plan FROM traffic_plans WHERE endpoint = e.name AND rollout = e.rollout ORDER BY epoch DESC LIMIT 1) p
  CROSS JOIN LATERAL (
    SELECT min(created_at) AS begun FROM traffic_plans WHERE endpoint = e.name AND rollout = e.rollout) r
  WHERE e.name = $1`;

function lookedAt(endpoint: string, { plan, rollout, truth, drift, begun, versions }: Row): LookedAt {
  const spec = truthSpec.safeParse(truth ?? {});
  const { reference } = driftSpec.catch(() => driftSpec.parse({})).parse(drift ?? {});
  const output = spec.success ? spec.data.output : undefined;
  return {
    endpoint,
    rollout,
    // As for shadows: a candidate with most of the traffic is not yet what others are compared with.
    champion: championOfPlan(plan),
    versions: versions.map((version) => ({ name: version.name, output: output ?? version.output ?? undefined })),
    isAccuracy: spec.success && spec.data.metric === 'accuracy',
    begun,
    reference,
  };
}
