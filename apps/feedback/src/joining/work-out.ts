import type { TruthAnswer } from '#database';
import { judge, type Outcome } from '#scoring';
import type { EndpointRule } from './endpoint-rules.js';
import type { LoggedRow } from './read-requests.js';
import type { ScoringFailure } from './write-outcomes.js';

/** Rows of one request at one time, with what is known of its truth. */
export interface Question {
  readonly rows: readonly LoggedRow[];
  readonly endpointRule: EndpointRule;
  readonly truths: TruthAnswer;
}

/** What the rows' outcomes are now, in their order. */
export interface WorkedOut {
  readonly rows: readonly LoggedRow[];
  readonly after: readonly (Outcome | null)[];
  readonly failures: readonly ScoringFailure[];
}

/** Works out the outcomes of one request's rows from all that is known by now, whatever they were before. */
export function workOut({ rows, endpointRule, truths }: Question): WorkedOut {
  const { rule, outputs, closedUntil } = endpointRule;
  const failures: ScoringFailure[] = [];
  const after = rows.map((row) => {
    const closed = rule.missing === 'drop' || row.requestedMs <= closedUntil;
    const output = rule.output ?? outputs.get(row.version);
    const { outcome, error } = judge(row, { ...truths, closed }, { ...rule, output });
    if (error !== null) failures.push({ row, ...error });
    return outcome;
  });
  return { rows, after, failures };
}

/** Whether an outcome is what it was. */
export function unchanged(before: Outcome | null, after: Outcome | null): boolean {
  if (before === null || after === null) return before === after;
  return (
    before.reward === after.reward &&
    before.truthSeq === after.truthSeq &&
    before.late === after.late &&
    before.counted === after.counted
  );
}
