import { type Role, slotOf } from '#contracts';
import type { Outcome } from './outcome.js';
import type { WorkItem } from './work-item.js';

/**
 * A row of the prediction log as JSON text (`Prediction`). The request and the answer are JSON texts already and go in as
 * they are: to parse and write them again would cost more than the rest of the row.
 *
 * @param role whose row it is, and `version` which one it speaks of: a fallback also writes the row of the version it stands in for
 */
export function predictionRow(
  endpoint: string,
  item: WorkItem,
  { role, version }: { role: Role; version: string },
  outcome: Outcome,
  now: number,
): string {
  const { decision, requestedAt } = item;
  const head = JSON.stringify({
    endpoint,
    id: item.id,
    slot: slotOf(role, version),
    version,
    role,
    requestedAt,
    predictedAt: now,
    revision: decision.revision,
    epoch: decision.epoch,
    rollout: decision.rollout,
    step: decision.step,
    // Nothing was drawn for a fallback.
    propensity: role === 'fallback' ? null : decision.propensity,
    pinned: decision.pinned,
    ...(role === 'primary' && decision.features !== undefined && { features: decision.features }),
    routingKey: item.routingKey,
    source: item.source,
    status: outcome.status,
    error: outcome.status === 'error' ? outcome.error : null,
    modelMs: outcome.status === 'expired' ? null : outcome.modelMs,
    totalMs: outcome.status === 'expired' ? null : Math.max(0, now - requestedAt),
  });
  const response = outcome.status === 'ok' ? outcome.text : 'null';
  return `${head.slice(0, -1)},"request":${item.bodyText},"response":${response}}`;
}

/** The same row without the texts that may make it larger than Kafka takes. */
export function withoutTexts(row: string, why: string): string {
  const { request: _request, response: _response, ...rest } = JSON.parse(row) as Record<string, unknown>;
  const error = typeof rest['error'] === 'string' ? `${rest['error']}; ${why}` : why;
  return JSON.stringify({ ...rest, error, request: null, response: null });
}
