import { addLatencies, emptyLatencySketch, latencyCount, type LatencySketch } from '#stats';
import type { ArmChange } from './statistics-change.js';

/** What a version's latencies of one step are made of: each sum may be empty. */
export interface Latencies {
  readonly totalMs: LatencySketch;
  readonly modelMs: LatencySketch;
}

/** What takes a sketch away where it is added. */
export function negative(sketch: LatencySketch | undefined): LatencySketch {
  const opposite = emptyLatencySketch();
  if (sketch !== undefined) addLatencies(opposite, sketch, -1);
  return opposite;
}

export const emptyLatencies = (): Latencies => ({ totalMs: emptyLatencySketch(), modelMs: emptyLatencySketch() });

/**
 * Adds an arm's change to a version's latencies. Requests that are units of their own weigh 1; a consumer weighs 1 in all, shared evenly by its requests:
 * what the sum held of it before goes, and what it is now comes. Within the model no units are told apart: there a champion stands beside its shadows, which
 * are counted by request.
 * @param before the consumer's latencies until now; of a change without a routing key: empty
 */
export function addArmLatencies(sum: Latencies, change: ArmChange, before: LatencySketch): void {
  addLatencies(sum.modelMs, change.modelMs);
  if (change.routingKey === null) {
    addLatencies(sum.totalMs, change.totalMs);
    return;
  }
  const after = emptyLatencySketch();
  addLatencies(after, before);
  addLatencies(after, change.totalMs);
  addUnitLatencies(sum.totalMs, before, -1);
  addUnitLatencies(sum.totalMs, after, 1);
}

/** Adds a consumer's latencies to a version's (`sign` 1), or takes them away (−1): shared out so that they weigh 1 in all. */
export function addUnitLatencies(sum: LatencySketch, unit: LatencySketch, sign: 1 | -1): void {
  const requests = latencyCount(unit);
  if (requests > 0) addLatencies(sum, unit, sign / requests);
}
