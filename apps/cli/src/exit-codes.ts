import { CommanderError } from 'commander';
import { ApiError } from './errors.js';

/** What a script may rely on: stable. */
export const exitCodes = {
  done: { code: 0, meaning: 'done; with `wait`: it has come' },
  failed: { code: 1, meaning: 'refused or failed; with `audit`: something differs; with `apply`: not ready in time' },
  usage: { code: 2, meaning: 'wrong usage: no such command, option or argument' },
  unreachable: { code: 3, meaning: 'a service cannot be reached, or answers that it cannot serve just now (503)' },
  notFound: { code: 4, meaning: 'there is no such endpoint, template, rollout, dead letter or backtest' },
  conflict: { code: 5, meaning: 'it conflicts with how things stand, such as somebody else’s newer revision' },
  timedOut: { code: 6, meaning: 'it has not come within the time given' },
  otherwise: { code: 7, meaning: 'with `wait`: the rollout ended otherwise, so that it cannot come any more' },
} as const;

/** Ends a command with a code of its own. */
export class Ended extends Error {
  override name = 'Ended';
  constructor(
    message: string,
    readonly how: keyof typeof exitCodes,
  ) {
    super(message);
  }
}

const byStatus: Readonly<Record<number, keyof typeof exitCodes>> = { 404: 'notFound', 409: 'conflict', 412: 'conflict', 503: 'unreachable' }; // prettier-ignore

/** The code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage.code;
  if (error instanceof Ended) return exitCodes[error.how].code;
  if (!(error instanceof ApiError)) return exitCodes.failed.code;
  return exitCodes[error.status === null ? 'unreachable' : (byStatus[error.status] ?? 'failed')].code;
}
