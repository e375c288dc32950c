import { compareAnswers, type GivenAnswer } from './compare-answers.js';

/** How often, and by how much, a shadow's answers are the champion's: sums over requests; see the columns of pair_stats. */
export interface Agreement {
  compared: number;
  agreed: number;
  numeric: number;
  answerDifference: number;
  answerSquaredDifference: number;
}

/** Of no request. */
export const noAgreement = (): Agreement => ({
  compared: 0,
  agreed: 0,
  numeric: 0,
  answerDifference: 0,
  answerSquaredDifference: 0,
});

const fields = Object.keys(noAgreement()) as (keyof Agreement)[];

/** Of one request; null where its two answers cannot be compared. */
export function agreementOf(champion: GivenAnswer, shadow: GivenAnswer): Agreement | null {
  const comparison = compareAnswers(champion, shadow);
  if (comparison === null) return null;
  const difference = comparison.difference ?? 0;
  return {
    compared: 1,
    agreed: comparison.agreed,
    numeric: comparison.difference === null ? 0 : 1,
    answerDifference: difference,
    answerSquaredDifference: difference ** 2,
  };
}

/** Adds an agreement to a sum (`sign` 1), or takes it away (−1). */
export function addAgreement(sum: Agreement, more: Readonly<Agreement>, sign: 1 | -1 = 1): void {
  for (const field of fields) sum[field] += sign * more[field];
}
