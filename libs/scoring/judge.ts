import type { Role } from '#contracts';
import type { Kept } from './metric.js';
import type { ScoringRule } from './rule.js';
import { score } from './score.js';
import { ScoringError } from './scoring-error.js';
import type { TruthPart } from './sum-of-parts.js';

/** What a row of the prediction log has to say about its reward. */
export interface JudgedRow {
  readonly role: Role;
  readonly pinned: boolean;
  readonly status: 'ok' | 'error' | 'expired';
  /** Body of the reply; null where the status is not `ok`. */
  readonly response: unknown;
}

/** A row of ground_truth; with `combine: sum` the newest one, and all that are added up. */
export interface GivenTruth {
  readonly seq: string;
  readonly truth: unknown;
  readonly reward: number | null;
  /** When it became known, ms since 1970. */
  readonly at: number;
  readonly parts?: readonly TruthPart[] | undefined;
}

/** What is known of a request when a row of it is judged. */
export interface Known {
  /** The newest truth that came within the window. */
  readonly inTime: GivenTruth | null;
  /** Where there is none in time: the newest of those that came later. */
  readonly late: GivenTruth | null;
  /** The window has closed. With `missing: drop` nobody waits for that: true. */
  readonly closed: boolean;
}

export interface Outcome {
  readonly reward: number;
  /** Null where the window closed without a truth. */
  readonly truthSeq: string | null;
  readonly late: boolean;
  /** In the statistics. */
  readonly counted: boolean;
  /** When that truth became known, ms since 1970; null without one. */
  readonly truthAt: number | null;
  /** What the metric keeps of each row beside the reward. */
  readonly kept?: readonly Kept[] | null;
}

export interface Judgement {
  readonly outcome: Outcome | null;
  /** Why the truth does not fit, where it does not. */
  readonly error: { readonly truthSeq: string; readonly message: string } | null;
}

const nothing: Judgement = { outcome: null, error: null };

/**
 * The outcome of one row. A truth that came in time counts, whenever it arrives; without one, a late truth is kept and counts
 * nowhere, unless the window's closing gives the default (`missing: default`). A row that failed has the rule's `onError`,
 * and so has one whose answer could not be scored: both count for the version that was assigned.
 */
export function judge(row: JudgedRow, known: Known, rule: ScoringRule): Judgement {
  const { inTime, late, closed } = known;
  const inStatistics = !row.pinned && row.role !== 'fallback';
  // What is in no statistic needs no default.
  const standIn = rule.missing === 'default' && closed && inStatistics;
  const truth = inTime ?? (standIn ? null : late);
  if (truth === null && !standIn) return nothing;
  // A reward is of what was answered: a shadow's answer never was.
  if (rule.metric.wants === 'nothing' && row.role === 'shadow') return nothing;

  const isLate = inTime === null && truth !== null;
  const counted = closed && !isLate && inStatistics;
  const outcome = (reward: number | null | undefined, kept: Outcome['kept'] = null): Outcome | null =>
    reward === null || reward === undefined
      ? null
      : { reward, truthSeq: truth?.seq ?? null, late: isLate, counted, truthAt: truth?.at ?? null, kept };

  if (row.status !== 'ok') return { outcome: outcome(rule.onError), error: null };
  if (truth === null) return { outcome: outcome(rule.default), error: null };
  try {
    const { reward, kept } = score({ ...rule, ...truth, response: row.response });
    return { outcome: outcome(reward, kept), error: null };
  } catch (error) {
    if (!(error instanceof ScoringError)) throw error;
    return {
      outcome: error.fault === 'answer' ? outcome(rule.onError) : null,
      error: { truthSeq: truth.seq, message: error.message },
    };
  }
}
