import type { Check, Verdict } from '#contracts';

/** Holds and says why: what blocks, else what has to come. */
export function hold(checks: Check[], options: { reason?: string; version?: string } = {}): Verdict {
  const blocked = checks.filter((check) => check.outcome === 'block');
  const waiting = (blocked.length > 0 ? blocked : checks.filter((check) => check.outcome === 'wait')).map(
    (check) => check.detail,
  );
  const reason = options.reason ?? (blocked.length > 0 ? 'the data cannot be trusted' : 'not enough is known yet');
  return {
    outcome: 'hold',
    ...(options.version === undefined ? {} : { version: options.version }),
    reason: waiting.length === 0 ? reason : `${reason}: ${waiting.join('; ')}`,
    waitsFor: waiting.length === 0 ? reason : waiting.join('; '),
    checks,
  };
}

export const isBlocked = (checks: readonly Check[]): boolean => checks.some((check) => check.outcome === 'block');
