import type { RowHead } from './read-prediction.js';

const dayMs = 86_400_000;
export const dayOf = (ms: number): number => Math.floor(ms / dayMs);

/** Whether two rows of one (endpoint, request, slot) are the same row again: their days are the same or next to each other. */
export const repeats = (a: RowHead, b: RowHead): boolean => Math.abs(dayOf(a.requestedAt) - dayOf(b.requestedAt)) <= 1;

/**
 * Leaves out what repeats an earlier row: a redelivery, or a client that asked again under the same id.
 *
 * @param known rows that stand in the log already, by their place in `rows`
 */
export function withoutRepeats<Row extends { readonly prediction: RowHead }>(
  rows: readonly Row[],
  known: ReadonlySet<number>,
): Row[] {
  const kept = new Map<string, Row[]>();
  return rows.filter((row, index) => {
    if (known.has(index)) return false;
    const { endpoint, id, slot } = row.prediction;
    const key = `${endpoint}\n${slot}\n${id}`;
    const others = kept.get(key);
    if (others === undefined) kept.set(key, [row]);
    else if (others.some((other) => repeats(other.prediction, row.prediction))) return false;
    else others.push(row);
    return true;
  });
}
