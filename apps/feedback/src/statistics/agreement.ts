import type { StepFacts, StepKey } from '#database';
import { agreementOf } from '#scoring';
import type { RecordedCount, StatisticsRow } from './statistics-change.js';

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
      const agreement = agreementOf(answerOf(champion), answerOf(shadow));
      if (agreement === null) return [];
      const { endpoint, rollout, step, version } = shadow;
      return [
        { endpoint, rollout, step, version, role: 'shadow', routingKey: null, requests: 0, errors: 0, agreement },
      ];
    });
}
