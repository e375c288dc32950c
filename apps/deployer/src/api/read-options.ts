import { z } from 'zod';
import { parseDuration } from '#contracts';
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

/** `?retry=true`; false where it is absent. */
export function readFlag(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true' || text === '') return true;
  throw new HttpProblem(400, `${name}: expected true or false, got "${text}"`);
}

/** `?limit=100`. */
export function readLimit(text: string | undefined): number {
  const limit = Number(text ?? 100);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new HttpProblem(400, `limit: expected a whole number from 1 to 1000, got "${text ?? ''}"`);
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
  if (Number.isNaN(time.getTime())) {
    throw new HttpProblem(400, `${name}: expected a time such as "2026-01-31T12:00:00Z", got "${text}"`);
  }
  return time;
}

const steering = z
  .object({
    reason: z.string().max(2000).optional(),
    version: z.string().optional(),
    actor: z.string().min(1).max(200).optional(),
  })
  .strict();

/** The body of a verb: who, why, and which version. The header `x-actor` says who where the body does not. */
export function readSteering(
  options: Record<string, unknown>,
  actor: string | undefined,
): Author & { version?: string | undefined } {
  const parsed = steering.safeParse(options);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new HttpProblem(400, 'expected a body with "reason", "version" and "actor" at most, each a text', problems);
  }
  const { reason, version } = parsed.data;
  return { actor: parsed.data.actor ?? actor ?? 'api', reason, version };
}
