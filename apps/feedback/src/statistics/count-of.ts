import { latencyOf, type Prediction } from '#contracts';
import type { StepFacts, StepKey } from '#database';
import { armName } from '#routing';
import { countLatency, emptyLatencySketch } from '#stats';
import type { RecordedCount } from './statistics-change.js';

/** What is read of a row that is neither pinned nor a fallback, in order to count it (again). */
export const countedColumns = `endpoint, request_id AS "requestId", rollout, step, version, role, routing_key AS "routingKey", status,
  total_ms AS "totalMs", model_ms AS "modelMs"`;

export type CountedRow = Pick<Prediction, 'status' | 'totalMs' | 'modelMs'> &
  StepKey &
  Pick<RecordedCount, 'version' | 'role' | 'routingKey'> & { readonly requestId: string };

/** How one row counts, as the recorder counts it. */
export function countOf(row: CountedRow, { baseline }: StepFacts): Omit<RecordedCount, 'agreement'> {
  const { endpoint, rollout, step, role, routingKey, status } = row;
  const version = armName(baseline, row);
  const [totalMs, modelMs] = [emptyLatencySketch(), emptyLatencySketch()];
  const [total, model] = [latencyOf(row, 'total'), latencyOf(row, 'model')];
  if (total !== undefined && role === 'primary') countLatency(totalMs, total);
  if (model !== undefined) countLatency(modelMs, model);
  const errors = status === 'ok' ? 0 : 1;
  return { endpoint, rollout, step, version, role, routingKey, requests: 1, errors, totalMs, modelMs };
}
