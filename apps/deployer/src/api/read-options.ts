import type { z } from 'zod';
import { moment, parseDuration, steeringBodies, type Steering, type SteeringBody, type SteeringVerb } from '#contracts';
import type { Author } from '../store/changes.js';
import { HttpProblem } from './http-problem.js';

const longestWaitMs = 10 * 60_000;

/** `?wait=30s` in ms; undefined where nobody waits. */
export function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms > longestWaitMs) {
    throw new HttpProblem(400, `wait: expected a duration of at most 10m, such as "30s", got "${text}"`);
  }
  return ms;
}

/** `?dryRun=true`; false where there is none. */
export function readFlag(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true' || text === '') return true;
  throw new HttpProblem(400, `${name}: expected true or false, got "${text}"`);
}

/** The revision that `If-Match` names: tags begin with it, `"r7"`, `"r7-…"`; undefined where there is none, or any will do. */
export function readSeen(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const revision = /^(?:W\/)?"r(\d{1,9})(?:-[^"]*)?"$/.exec(ifMatch.trim())?.[1];
  if (revision !== undefined) return Number(revision);
  throw new HttpProblem(400, `If-Match: expected one tag as a GET gives it, such as "r7", got ${ifMatch}`);
}

/** Entries of a list at most. */
export const longestPage = 1000;

/** `?limit=100`. */
export function readLimit(text: string | undefined, otherwise = 100): number {
  const limit = Number(text ?? otherwise);
  if (Number.isInteger(limit) && limit >= 1 && limit <= longestPage) return limit;
  throw new HttpProblem(400, `limit: expected a whole number from 1 to ${longestPage}, got "${text ?? ''}"`);
}

/** The id of an event, from which a list or a stream goes on; undefined where there is none. */
export function readCursor(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const id = Number(text);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new HttpProblem(400, `${name}: expected the id of an event, a whole number, got "${text}"`);
}

/** `?from=2026-01-31T12:00:00Z`; undefined where there is none. */
export function readTime(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (moment.safeParse(time.getTime()).success) return time;
  throw new HttpProblem(400, `${name}: expected a time from 1970 on, such as "2026-01-31T12:00:00Z", got "${text}"`);
}

/** Of what asks for nothing else. */
const byWhom = steeringBodies.pause;

/** Who asks, and why, where nothing else is asked. The header `x-actor` says who where the body does not. */
export function readAuthor(options: Record<string, unknown>, actor: string | undefined): Author {
  return authorOf(checked(byWhom, options), actor);
}

/** The body of a verb, with who and why apart. */
export function readSteering(
  verb: SteeringVerb,
  options: Record<string, unknown>,
  actor: string | undefined,
): { steering: Steering; author: Author } {
  const body = checked(steeringBodies[verb], options);
  return { steering: { verb, ...body } as Steering, author: authorOf(body, actor) };
}

function checked<Body>(schema: z.ZodType<Body>, options: Record<string, unknown>): Body {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const said = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new HttpProblem(400, `the body does not fit the verb: ${said}`, problems);
}

const authorOf = (body: SteeringBody, actor: string | undefined): Author => ({
  actor: body.actor ?? actor ?? 'api',
  reason: body.reason,
});
