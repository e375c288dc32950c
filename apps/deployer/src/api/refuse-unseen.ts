import type { Author } from '../store/changes.js';
import type { Standing } from '../store/standing.js';
import { HttpProblem } from './http-problem.js';

/** @throws HttpProblem 412 where the author has seen another revision than the one in force */
export function refuseUnseen(standing: Standing | undefined, { seen }: Author): void {
  if (seen === undefined) return;
  const inForce = standing === undefined || standing.deleted ? undefined : standing.revision;
  if (inForce === seen) return;
  const now = inForce === undefined ? 'there is no such endpoint' : `revision ${inForce} is in force`;
  throw new HttpProblem(412, `If-Match names revision ${seen}, but ${now}; look at it and try again`);
}
