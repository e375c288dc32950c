import type { Prediction } from '#contracts';
import { copyLine, jsonbText, plainText } from '#database';

/** Where `predictionLine` goes: table and columns in its order. */
export const predictionTarget = `predictions (
  endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step, propensity, pinned,
  routing_key, source, request, response, status, error, model_ms, total_ms, features)`;

/** A row of the log for COPY. */
export function predictionLine(row: Prediction): string {
  return copyLine([
    row.endpoint,
    row.id,
    plainText(row.slot),
    row.version,
    row.role,
    isoTime(row.requestedAt),
    isoTime(row.predictedAt),
    row.revision,
    row.epoch,
    row.rollout,
    row.step,
    row.propensity,
    row.pinned,
    plainText(row.routingKey),
    row.source,
    jsonbText(row.request),
    jsonbText(row.response),
    row.status,
    plainText(row.error),
    row.modelMs,
    row.totalMs,
    row.features === undefined ? null : `{${row.features.join(',')}}`,
  ]);
}

/** Milliseconds since 1970 as Postgres reads it; whole milliseconds, so that a redelivery is the same row. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
