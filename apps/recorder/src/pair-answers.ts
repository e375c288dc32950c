import type { StepFacts, StepKey } from '#database';
import { type Agreement, agreementOf } from '#scoring';
import type { RowHead } from './read-prediction.js';

/** A row with the body of its answer. */
export type AnsweredRow = Pick<
  RowHead,
  'endpoint' | 'id' | 'requestedAt' | 'rollout' | 'step' | 'version' | 'role' | 'pinned' | 'status'
> & { readonly response: unknown };

/** Agreement of a shadow in one step. */
export interface AgreementCount extends StepKey, Agreement {
  readonly version: string;
}

/** Whether a row may have a counterpart to be compared with: a shadow's, or that of a champion with shadows. */
export function isPaired(row: Omit<AnsweredRow, 'response'>, factsOf: (step: StepKey) => StepFacts): boolean {
  if (row.pinned || row.status !== 'ok' || row.role === 'fallback') return false;
  const { champion, shadows } = factsOf(row);
  if (champion === null) return false;
  return row.role === 'shadow' ? row.version !== champion : row.version === champion && shadows.length > 0;
}

/**
 * Compares answers of shadows with the champion's on the same requests, before any truth. A pair counts once, when the second of its rows is
 * recorded: rows that stood in the log already are compared with fresh ones only.
 * @param outputOf which output holds a version's answer
 */
export function pairAnswers(
  fresh: readonly AnsweredRow[],
  stored: readonly AnsweredRow[],
  factsOf: (step: StepKey) => StepFacts,
  outputOf: (endpoint: string, version: string) => string | undefined,
): AgreementCount[] {
  const isFresh = new Set(fresh);
  const rows = [...fresh, ...stored].filter((row) => isPaired(row, factsOf));
  const requests = Map.groupBy(rows, ({ endpoint, id, requestedAt }) => `${endpoint}\n${requestedAt}\n${id}`);
  return [...requests.values()].flatMap((copies) => {
    const champion = copies.find(({ role }) => role === 'primary');
    if (champion === undefined) return [];
    const shadows = copies.filter(({ role, rollout }) => role === 'shadow' && rollout === champion.rollout);
    return shadows
      .filter((shadow) => isFresh.has(shadow) || isFresh.has(champion))
      .flatMap((shadow) => {
        const answerOf = ({ endpoint, version, response }: AnsweredRow) => ({
          response,
          output: outputOf(endpoint, version),
        });
        const agreement = agreementOf(answerOf(champion), answerOf(shadow));
        if (agreement === null) return [];
        const { endpoint, rollout, step, version } = shadow;
        return [{ endpoint, rollout, step, version, ...agreement }];
      });
  });
}
