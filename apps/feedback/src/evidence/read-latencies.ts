import type pg from 'pg';
import type { PairEvidence } from '#contracts';
import { addLatencies, emptyLatencySketch, type LatencySketch } from '#stats';

/** How long a version's answers took in one step: to the answer, and within the model. */
export interface ArmLatencies {
  readonly step: number;
  readonly version: string;
  readonly total: LatencySketch;
  readonly model: LatencySketch;
}

/** The latencies of some steps of a rollout. */
export async function readArmLatencies(
  client: pg.ClientBase,
  endpoint: string,
  rollout: number,
  steps: readonly number[],
): Promise<ArmLatencies[]> {
  const { rows } = await client.query<{
    step: number;
    version: string;
    total_ms: LatencySketch;
    model_ms: LatencySketch;
  }>(
    'SELECT step, version, total_ms, model_ms FROM arm_latencies WHERE endpoint = $1 AND rollout = $2 AND step = ANY($3)',
    [endpoint, rollout, steps],
  );
  return rows.map(({ step, version, total_ms, model_ms }) => ({
    step,
    version,
    total: tidy(total_ms),
    model: model_ms,
  }));
}

/** Pairs with the latencies of both within the model: all the champion's requests of those steps beside the shadow's, which are a part of them. */
export async function withLatencies(
  client: pg.ClientBase,
  endpoint: string,
  rollout: number,
  pairs: readonly PairEvidence[],
  arms: readonly ArmLatencies[],
): Promise<PairEvidence[]> {
  if (pairs.length === 0) return [];
  const { rows } = await client.query<{ champion: string; shadow: string; model_ms: LatencySketch }>(
    'SELECT champion, shadow, model_ms FROM pair_latencies WHERE endpoint = $1 AND rollout = $2',
    [endpoint, rollout],
  );
  return pairs.map((pair) => {
    const row = rows.find(({ champion, shadow }) => champion === pair.champion && shadow === pair.shadow);
    if (row === undefined) return pair;
    const championLatency = emptyLatencySketch();
    for (const { version, model } of arms) if (version === pair.champion) addLatencies(championLatency, model);
    return { ...pair, championLatency: tidy(championLatency), shadowLatency: tidy(row.model_ms) };
  });
}

/** Without what rounding leaves of consumers' shares, and without empty ends. */
function tidy({ from, counts, beyond }: LatencySketch): LatencySketch {
  const rounded = counts.map(round);
  const first = rounded.findIndex((count) => count > 0);
  const last = rounded.findLastIndex((count) => count > 0);
  return first < 0
    ? { ...emptyLatencySketch(), beyond: round(beyond) }
    : { from: from + first, counts: rounded.slice(first, last + 1), beyond: round(beyond) };
}

const round = (count: number): number => Math.max(0, Math.round(count * 1e4) / 1e4);
