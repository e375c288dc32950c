import type pg from 'pg';
import type { BacktestPrediction } from '#contracts';
import { jsonbText, plainText } from '#database';

/** Writes answers of backtests; one that stands there already, after a redelivery, stays as it is. */
export async function recordBacktestRows(pool: pg.Pool, rows: readonly BacktestPrediction[]): Promise<void> {
  await pool.query(
    `INSERT INTO backtest_predictions
       (backtest, endpoint, version, request_id, requested_at, predicted_at, response, status, error, model_ms)
     SELECT backtest, endpoint, version, request_id, to_timestamp(requested_ms / 1000), to_timestamp(predicted_ms / 1000), response, status,
       error, model_ms
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::jsonb[], $8::text[], $9::text[],
       $10::float8[]) AS n (backtest, endpoint, version, request_id, requested_ms, predicted_ms, response, status, error, model_ms)
     ON CONFLICT DO NOTHING`,
    [
      rows.map((row) => row.backtest),
      rows.map((row) => row.endpoint),
      rows.map((row) => row.version),
      rows.map((row) => row.id),
      rows.map((row) => row.requestedAt),
      rows.map((row) => row.predictedAt),
      rows.map((row) => jsonbText(row.response)),
      rows.map((row) => row.status),
      rows.map((row) => plainText(row.error)),
      rows.map((row) => row.modelMs),
    ],
  );
}
