import type { ArmEvidence, BacktestStatus, PairEvidence, TruthSpec, Verdict } from '#contracts';
import { armOf, emptyPair } from '#strategies';

/** SQL that gives a timestamptz as ISO 8601 with all the microseconds that it has. */
export const exactTime = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Requests up to here are through: of this time (ISO 8601, to the microsecond), and of that moment up to this id. */
export interface Position {
  readonly at: string;
  readonly id: string;
}

/** What is known of the requests that are through. */
export interface BacktestEvidence {
  readonly champion: ArmEvidence;
  readonly pair: PairEvidence;
}

/** A row of `backtests`. */
export interface Backtest {
  readonly id: number;
  readonly endpoint: string;
  readonly version: string;
  readonly champion: string;
  readonly from: Date;
  readonly to: Date;
  /** How answers are scored, as the manifest said at the start. */
  readonly truth: TruthSpec;
  /** Of the strategy `silent`. */
  readonly spec: unknown;
  readonly status: BacktestStatus;
  readonly reason: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly requests: number | null;
  readonly otherVersions: number | null;
  readonly position: Position;
  readonly through: number;
  readonly skipped: number;
  readonly lost: number;
  readonly evidence: BacktestEvidence;
  /** Of the strategy; null before its first look. */
  readonly state: unknown;
  readonly verdict: Verdict | null;
}

/** Nothing known yet. */
export const noEvidence = (champion: string, shadow: string): BacktestEvidence => ({
  champion: armOf(undefined, champion),
  pair: emptyPair(champion, shadow),
});
