import type { Pool } from 'pg';
import { betaBinomialConfidenceSequence } from '#stats';
import type { Verdict } from '#contracts';

/** One version of the endpoint in the present rollout, as Postgres knows it. */
export interface VersionFigures {
  readonly version: string;
  /** Share of the traffic by the newest plan. */
  readonly share: number;
  readonly shadow: boolean;
  /** Rows of the log: answers given, shadow answers too. */
  readonly requests: number;
  readonly scored: number;
  readonly accuracy: number | null;
  /** 95 % confidence sequence: may be looked at as often as one likes. */
  readonly interval: { readonly lower: number; readonly upper: number } | null;
}

export interface RolloutFigures {
  readonly rollout: number;
  readonly status: string;
  readonly epoch: number;
  readonly verdict: Verdict | null;
  readonly versions: readonly VersionFigures[];
}

/** What Postgres says of an endpoint's present rollout. */
export async function readRollout(pool: Pool, endpoint: string): Promise<RolloutFigures> {
  const { rows: rollouts } = await pool.query<{ rollout: number; status: string; verdict: Verdict | null }>(
    `SELECT rollout, status, verdict FROM deployments WHERE endpoint = $1 ORDER BY rollout DESC LIMIT 1`,
    [endpoint],
  );
  const rollout = rollouts[0];
  if (rollout === undefined) throw new Error(`endpoint "${endpoint}" has no rollout in table deployments`);

  const { rows: plans } = await pool.query<{
    epoch: string;
    plan: { allocation: { version: string; weight: number }[]; shadows: { version: string }[] };
  }>(`SELECT epoch, plan FROM traffic_plans WHERE endpoint = $1 ORDER BY epoch DESC LIMIT 1`, [endpoint]);
  const plan = plans[0]?.plan;

  const { rows } = await pool.query<{ version: string; requests: string; scored: string; sum: number | null }>(
    `SELECT coalesce(p.version, o.version) AS version, coalesce(p.requests, 0) AS requests,
            coalesce(o.scored, 0) AS scored, o.sum
     FROM (SELECT version, count(*) AS requests FROM predictions WHERE endpoint = $1 AND rollout = $2 GROUP BY version) p
     FULL JOIN (SELECT version, count(*) AS scored, sum(reward) AS sum FROM outcomes
                WHERE endpoint = $1 AND rollout = $2 GROUP BY version) o USING (version)
     ORDER BY version`,
    [endpoint, rollout.rollout],
  );
  const shares = new Map(plan?.allocation.map((entry) => [entry.version, entry.weight]));
  const shadows = new Set(plan?.shadows.map((entry) => entry.version));
  const counts = new Map(rows.map((row) => [row.version, row]));

  const names = [...new Set([...counts.keys(), ...shares.keys(), ...shadows])].sort();
  return {
    rollout: rollout.rollout,
    status: rollout.status,
    epoch: Number(plans[0]?.epoch ?? 0),
    verdict: rollout.verdict,
    versions: names.map((version) => {
      const row = counts.get(version);
      const [scored, sum] = [Number(row?.scored ?? 0), row?.sum ?? 0];
      return {
        version,
        share: shares.get(version) ?? 0,
        shadow: shadows.has(version),
        requests: Number(row?.requests ?? 0),
        scored,
        accuracy: scored > 0 ? sum / scored : null,
        interval:
          scored > 0
            ? betaBinomialConfidenceSequence({ successes: sum, trials: scored, alpha: 0.05, tuningTrials: 200 })
            : null,
      };
    }),
  };
}

export interface RolloutSummary {
  readonly rollout: number;
  readonly strategy: string;
  readonly status: string;
  readonly seconds: number;
  readonly requests: number;
  readonly answered: readonly { version: string; requests: number; accuracy: number | null }[];
  readonly champion: string;
  readonly reason: string;
}

/** Every rollout of the endpoint, with what its last plan came to. */
export async function readSummary(pool: Pool, endpoint: string): Promise<readonly RolloutSummary[]> {
  const { rows } = await pool.query<{
    rollout: number;
    strategy: string;
    status: string;
    seconds: number;
    champion: string;
    reason: string | null;
  }>(
    `SELECT d.rollout, d.strategy, d.status, d.verdict->>'reason' AS reason,
            extract(epoch FROM coalesce(d.ended_at, now()) - d.started_at)::float8 AS seconds,
            (SELECT entry->>'version' FROM jsonb_array_elements(last.plan->'allocation') AS entry
             ORDER BY (entry->>'weight')::float8 DESC LIMIT 1) AS champion
     FROM deployments d
     CROSS JOIN LATERAL (SELECT plan FROM traffic_plans t WHERE t.endpoint = d.endpoint AND t.rollout = d.rollout
                         ORDER BY epoch DESC LIMIT 1) AS last
     WHERE d.endpoint = $1 ORDER BY d.rollout`,
    [endpoint],
  );
  const { rows: answered } = await pool.query<{
    rollout: number;
    version: string;
    requests: string;
    accuracy: number | null;
  }>(
    `SELECT p.rollout, p.version, count(*) AS requests, avg(o.reward) AS accuracy
     FROM predictions p LEFT JOIN outcomes o USING (endpoint, request_id, slot, requested_at)
     WHERE p.endpoint = $1 AND p.role = 'primary' GROUP BY p.rollout, p.version ORDER BY p.version`,
    [endpoint],
  );
  return rows.map((row) => {
    const own = answered.filter((entry) => entry.rollout === row.rollout);
    return {
      ...row,
      reason: row.reason ?? '',
      requests: own.reduce((sum, entry) => sum + Number(entry.requests), 0),
      answered: own.map(({ version, requests, accuracy }) => ({ version, requests: Number(requests), accuracy })),
    };
  });
}

/** How the requests came, how they ended, and how the truth came. */
export async function readTotals(pool: Pool, endpoint: string) {
  const { rows: requests } = await pool.query<{ source: string; status: string; requests: string }>(
    `SELECT source, status, count(*) AS requests FROM predictions WHERE endpoint = $1 AND role = 'primary'
     GROUP BY source, status ORDER BY source, status`,
    [endpoint],
  );
  const { rows: truth } = await pool.query<{ labels: string; scored: string }>(
    `SELECT (SELECT count(*) FROM ground_truth WHERE endpoint = $1) AS labels,
            (SELECT count(*) FROM outcomes WHERE endpoint = $1) AS scored`,
    [endpoint],
  );
  return {
    requests: requests.map((row) => ({ ...row, requests: Number(row.requests) })),
    labels: Number(truth[0]?.labels ?? 0),
    scored: Number(truth[0]?.scored ?? 0),
  };
}

/** The first of `digits`, `digits-2`, `digits-3`, … that no endpoint, living or gone, has had. */
export async function freshEndpointName(pool: Pool, base: string): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(`SELECT name FROM endpoints WHERE name LIKE $1 || '%'`, [base]);
  const taken = new Set(rows.map((row) => row.name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}
