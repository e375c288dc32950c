import { latencyOf } from '#contracts';
import type { StepFacts, StepKey } from '#database';
import { armName } from '#routing';
import { addAgreement, type Agreement, noAgreement } from '#scoring';
import { countLatency, emptyLatencySketch, type LatencySketch } from '#stats';
import type { AgreementCount } from './pair-answers.js';
import type { RowHead } from './read-prediction.js';

/** Rows recorded of one version in one step, for the statistics (table pending_counts). */
export interface Count extends StepKey {
  /** The name under which they count: the version, or its baseline. */
  readonly version: string;
  readonly role: 'primary' | 'shadow';
  readonly routingKey: string | null;
  requests: number;
  errors: number;
  /** How long primary rows took to the answer. */
  readonly totalMs: LatencySketch;
  /** How long rows took within the model. Consumers' are counted as well: of a champion they stand beside its shadows'. */
  readonly modelMs: LatencySketch;
  /** Of a shadow with the champion. */
  readonly agreement: Agreement;
}

/**
 * Counts rows by what the statistics tell apart. Pinned and fallback rows are in no statistic; consumers are told apart only where
 * the plan assigns by key.
 */
export function countRows(rows: readonly RowHead[], factsOf: (step: StepKey) => StepFacts): Count[] {
  const counts = new Map<string, Count>();
  for (const row of rows) {
    const { endpoint, id: requestId, rollout, step, role, pinned } = row;
    if (pinned || role === 'fallback') continue;
    const { baseline, assignment } = factsOf(row);
    const version = armName(baseline, { version: row.version, role, requestId, routingKey: row.routingKey });
    const byKey = role === 'primary' && row.routingKey !== null && assignment === 'key';
    const routingKey = byKey ? row.routingKey : null;
    const key = `${endpoint}\n${rollout}\n${step}\n${version}\n${role}\n${routingKey ?? ''}`;
    let count = counts.get(key);
    if (count === undefined) {
      count = emptyCount({ endpoint, rollout, step, version, role, routingKey });
      counts.set(key, count);
    }
    count.requests += 1;
    if (row.status !== 'ok') count.errors += 1;
    if (role === 'primary') addLatency(count.totalMs, latencyOf(row, 'total'));
    addLatency(count.modelMs, latencyOf(row, 'model'));
  }
  return [...counts.values()];
}

/** Counts of pairs of answers: of shadows whose rows may have been counted before. */
export function countAgreements(agreements: readonly AgreementCount[]): Count[] {
  const byShadow = Map.groupBy(agreements, (one) => `${one.endpoint}\n${one.rollout}\n${one.step}\n${one.version}`);
  return [...byShadow.values()].map((all) => {
    const agreement = noAgreement();
    for (const one of all) addAgreement(agreement, one);
    const { endpoint, rollout, step, version } = all[0] as AgreementCount;
    return { ...emptyCount({ endpoint, rollout, step, version, role: 'shadow', routingKey: null }), agreement };
  });
}

const emptyCount = (of: Pick<Count, keyof StepKey | 'version' | 'role' | 'routingKey'>): Count => ({
  ...of,
  requests: 0,
  errors: 0,
  totalMs: emptyLatencySketch(),
  modelMs: emptyLatencySketch(),
  agreement: noAgreement(),
});

function addLatency(sketch: LatencySketch, ms: number | null | undefined): void {
  if (ms !== undefined) countLatency(sketch, ms);
}
