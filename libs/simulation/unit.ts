import type { RewardSums } from '#bandits';
import { type ArmEvidence, delaySpans } from '#contracts';
import { addLatencies, emptyLatencySketch, latencyCount, type LatencySketch } from '#stats';

/** Takes in what becomes of requests, for a version in a step. */
export interface Recorder {
  record(requests: number, failed: number): void;
  /** How long requests took; once for all of those recorded, where it is known. */
  took(latencies: LatencySketch): void;
  score(sums: RewardSums): void;
  /** Truths that came in time, after a delay within a span (see `delayBounds`). */
  join(truths: number, span: number): void;
}

/** Adds units with a truth, and those with one in a span. */
function addJoined(arm: ArmEvidence, units: number, inSpan: number, span: number): void {
  arm.joined = (arm.joined ?? 0) + units;
  arm.delays ??= new Array<number>(delaySpans).fill(0);
  arm.delays[span] = (arm.delays[span] ?? 0) + inSpan;
}

/** Requests that are units of their own. @param arm looked up each time: the book may have folded the step by then */
export const requestUnits = (arm: () => ArmEvidence): Recorder => ({
  record(requests, failed) {
    const sums = arm();
    sums.requests += requests;
    sums.units += requests;
    sums.errors += failed;
    sums.errorSum += failed;
  },
  took(latencies) {
    addLatencies((arm().latency ??= emptyLatencySketch()), latencies);
  },
  score({ n, sum, sumSquares }) {
    const sums = arm();
    sums.scored += n;
    sums.sum += sum;
    sums.sumSquares += sumSquares;
  },
  join: (truths, span) => addJoined(arm(), truths, truths, span),
});

/** One consumer in one step: it is the unit, and its value is the mean over its requests. */
export class ConsumerUnit implements Recorder {
  private requests = 0;
  private failed = 0;
  private scored = 0;
  private sum = 0;
  private readonly latencies = emptyLatencySketch();
  private readonly spans = new Set<number>();

  constructor(
    readonly version: string,
    private readonly arm: () => ArmEvidence,
  ) {}

  record(requests: number, failed: number): void {
    const arm = this.arm();
    arm.requests += requests;
    arm.errors += failed;
    arm.units += this.requests === 0 ? 1 : 0;
    const before = this.requests === 0 ? 0 : this.failed / this.requests;
    this.requests += requests;
    this.failed += failed;
    arm.errorSum = Math.max(0, arm.errorSum + this.failed / this.requests - before);
  }

  took(latencies: LatencySketch): void {
    const sum = (this.arm().latency ??= emptyLatencySketch());
    const before = latencyCount(this.latencies);
    if (before > 0) addLatencies(sum, this.latencies, -1 / before);
    addLatencies(this.latencies, latencies);
    addLatencies(sum, this.latencies, 1 / latencyCount(this.latencies));
    // Rounding may leave a hair less than nothing.
    for (const [i, count] of sum.counts.entries()) if (count < 0) sum.counts[i] = 0;
    sum.beyond = Math.max(0, sum.beyond);
  }

  score({ n, sum }: RewardSums): void {
    const arm = this.arm();
    const before = this.scored === 0 ? 0 : this.sum / this.scored;
    arm.scored += this.scored === 0 ? 1 : 0;
    this.scored += n;
    this.sum += sum;
    const mean = this.sum / this.scored;
    arm.sum += mean - before;
    arm.sumSquares = Math.max(0, arm.sumSquares + mean ** 2 - before ** 2);
  }

  /** It counts once, and once in each span that it has a truth in. */
  join(_truths: number, span: number): void {
    addJoined(this.arm(), this.spans.size === 0 ? 1 : 0, this.spans.has(span) ? 0 : 1, span);
    this.spans.add(span);
  }
}
