import type { StepFacts, StepKey } from '#database';
import type { RowHead } from './read-prediction.js';

/** Rows recorded of one version in one step, for the statistics (table pending_counts). */
export interface Count extends StepKey {
  readonly version: string;
  readonly role: 'primary' | 'shadow';
  readonly routingKey: string | null;
  requests: number;
  errors: number;
}

/**
 * Counts rows by what the statistics tell apart. Pinned and fallback rows are in no statistic; consumers are told apart only where
 * the plan assigns by key.
 */
export function countRows(rows: readonly RowHead[], factsOf: (step: StepKey) => StepFacts): Count[] {
  const counts = new Map<string, Count>();
  for (const row of rows) {
    const { endpoint, rollout, step, version, role, pinned } = row;
    if (pinned || role === 'fallback') continue;
    const byKey = role === 'primary' && row.routingKey !== null && factsOf(row).assignment === 'key';
    const routingKey = byKey ? row.routingKey : null;
    const key = `${endpoint}\n${rollout}\n${step}\n${version}\n${role}\n${routingKey ?? ''}`;
    let count = counts.get(key);
    if (count === undefined) {
      count = { endpoint, rollout, step, version, role, routingKey, requests: 0, errors: 0 };
      counts.set(key, count);
    }
    count.requests += 1;
    if (row.status !== 'ok') count.errors += 1;
  }
  return [...counts.values()];
}
