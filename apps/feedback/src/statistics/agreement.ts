import type { StepFacts, StepKey } from '#database';
import { compareAnswers } from '#scoring';
import type { Agreement, RecordedCount, StatisticsRow } from './statistics-change.js';

type AnsweredRow = StatisticsRow & { readonly pinned: boolean; readonly status: string; readonly response: unknown };

/** How alike the shadows of one request at one time answered to the champion: counts without rows, since these are counted apart. */
export function agreementsOf(
  rows: readonly AnsweredRow[],
  factsOf: (step: StepKey) => StepFacts,
  outputOf: (version: string) => string | undefined,
): RecordedCount[] {
  const answered = rows.filter(({ pinned, status }) => !pinned && status === 'ok');
  const champion = answered.find((row) => row.role === 'primary' && row.version === factsOf(row).champion);
  if (champion === undefined) return [];
  const answerOf = ({ response, version }: AnsweredRow) => ({ response, output: outputOf(version) });
  return answered
    .filter((row) => row.role === 'shadow' && row.rollout === champion.rollout)
    .flatMap((shadow): RecordedCount[] => {
      const comparison = compareAnswers(answerOf(champion), answerOf(shadow));
      if (comparison === null) return [];
      const difference = comparison.difference ?? 0;
      const agreement: Agreement = {
        compared: 1,
        agreed: comparison.agreed,
        numeric: comparison.difference === null ? 0 : 1,
        answerDifference: difference,
        answerSquaredDifference: difference ** 2,
      };
      const { endpoint, rollout, step, version } = shadow;
      return [
        { endpoint, rollout, step, version, role: 'shadow', routingKey: null, requests: 0, errors: 0, agreement },
      ];
    });
}
