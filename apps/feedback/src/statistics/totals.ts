import { type ArmEvidence, delaySpans, type PairEvidence } from '#contracts';
import type { StepKey } from '#database';
import { emptyLatencySketch, type LatencySketch } from '#stats';
import { addArmLatencies, emptyLatencies, type Latencies } from './latency-change.js';
import type { ArmChange, BucketChange, ModelChange, StatisticsChange } from './statistics-change.js';

export type ArmTotal = Pick<StepKey, 'endpoint' | 'rollout' | 'step'> &
  Required<Omit<ArmEvidence, 'latency'>> &
  Latencies;
export type KeyTotal = Omit<ArmChange, 'sumSquares' | 'routingKey' | 'modelMs'> & { readonly routingKey: string };
export type PairTotal = PairEvidence & {
  readonly endpoint: string;
  readonly rollout: number;
  readonly modelMs: LatencySketch;
};

export type ModelTotal = Omit<ModelChange, 'sums'> & {
  readonly scored: number;
  readonly gram: readonly number[];
  readonly moments: readonly number[];
};

export interface Totals {
  readonly arms: ArmTotal[];
  readonly keys: KeyTotal[];
  readonly pairs: PairTotal[];
  readonly buckets: BucketChange[];
  readonly models: ModelTotal[];
}

/** The statistics that a change makes of nothing: for a change that holds all there is. */
export function totalsOf(change: StatisticsChange): Totals {
  const arms = new Map<string, ArmTotal>();
  const keys: KeyTotal[] = [];
  for (const part of change.arms) {
    const { endpoint, rollout, step, version, routingKey, requests, errors, scored, sum, sumSquares, delays, totalMs } =
      part;
    const name = `${rollout}\n${step}\n${version}\n${endpoint}`;
    const none = { requests: 0, errors: 0, units: 0, errorSum: 0, scored: 0, sum: 0, sumSquares: 0, joined: 0 };
    const noDelays = new Array<number>(delaySpans).fill(0);
    const nothing = { endpoint, rollout, step, version, ...none, delays: noDelays };
    const total = arms.get(name) ?? { ...nothing, ...emptyLatencies() };
    addArmLatencies(total, part, emptyLatencySketch());
    const units =
      routingKey === null ? { requests, scored } : { requests: Math.min(1, requests), scored: Math.min(1, scored) };
    // A consumer counts once in each span that it has a truth in.
    const unitsIn = (joined: number) => (routingKey === null ? joined : Math.min(1, joined));
    const joined = delays.reduce((total, count) => total + count, 0);
    const mean = scored === 0 ? 0 : sum / scored;
    arms.set(name, {
      ...total,
      requests: total.requests + requests,
      errors: total.errors + errors,
      units: total.units + units.requests,
      errorSum: total.errorSum + (routingKey === null ? errors : requests === 0 ? 0 : errors / requests),
      scored: total.scored + units.scored,
      sum: total.sum + (routingKey === null ? sum : mean),
      sumSquares: total.sumSquares + (routingKey === null ? sumSquares : mean ** 2),
      joined: total.joined + unitsIn(joined),
      delays: total.delays.map((count, span) => count + unitsIn(delays[span] ?? 0)),
    });
    if (routingKey !== null)
      keys.push({ endpoint, rollout, step, version, routingKey, requests, errors, scored, sum, delays, totalMs });
  }
  const models = change.models.map(({ sums: { n: scored, gram, moments }, ...of }) => ({
    ...of,
    scored,
    gram,
    moments,
  }));
  return { arms: [...arms.values()], keys, pairs: change.pairs, buckets: change.buckets, models };
}
