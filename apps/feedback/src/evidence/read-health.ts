import type pg from 'pg';
import type { Drift, HealthEvidence, VersionHealth } from '#contracts';

/** The newest look at each version without truth, of those since the rollout began: earlier ones had another reference. */
export async function readHealth(client: pg.ClientBase, endpoint: string, rollout: number): Promise<HealthEvidence[]> {
  const { rows } = await client.query<{ version: string; at: number; health: VersionHealth }>(
    `SELECT version, (extract(epoch FROM at) * 1000)::float8 AS at, health FROM version_health
     WHERE endpoint = $1 AND at >= (SELECT min(created_at) FROM traffic_plans WHERE endpoint = $1 AND rollout = $2)
     ORDER BY version`,
    [endpoint, rollout],
  );
  return rows.map(({ version, at, health: { inputs, answers, accuracy } }) => ({
    version,
    at,
    inputs: inputs === null ? null : { columns: inputs.columns, most: inputs.most.map(briefly) },
    answers: answers === null ? null : briefly(answers),
    accuracy: accuracy === null ? null : { estimate: accuracy.estimate, standardError: accuracy.standardError },
  }));
}

const briefly = ({ name, psi, pValue }: Drift) => ({ name, psi, pValue });
