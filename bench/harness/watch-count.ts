import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** How a table filled: the pace from the first rows seen to the last. */
export interface Filling {
  readonly perSecond: number;
  /** Rows between the first and the last look, and the seconds in between. */
  readonly rows: number;
  readonly seconds: number;
}

/**
 * Counts until so many rows are there. The pace leaves out what was there at the first sight of any row, so that the
 * start before it does not count.
 *
 * @param sql gives one row with one column `n`
 * @param everyMs between two looks
 * @throws when the count does not move for a minute
 */
export async function watchCount(
  pool: pg.Pool,
  sql: string,
  values: readonly unknown[],
  wanted: number,
  everyMs = 250,
): Promise<Filling> {
  let first: { at: number; n: number } | undefined;
  let last = { at: performance.now(), n: 0 };
  for (;;) {
    const { rows } = await pool.query<{ n: number }>(sql, [...values]);
    const n = rows[0]?.n ?? 0;
    const at = performance.now();
    if (n > last.n) last = { at, n };
    if (n > 0) first ??= last;
    if (first !== undefined && n >= wanted) {
      const seconds = (last.at - first.at) / 1000;
      return { rows: last.n - first.n, seconds, perSecond: (last.n - first.n) / seconds };
    }
    if (at - last.at > 60_000) throw new Error(`${n} of ${wanted} rows, and no more for a minute: ${sql}`);
    await sleep(everyMs);
  }
}
