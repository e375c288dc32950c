import { InvalidArgumentError } from 'commander';
import { parseDuration } from '#contracts';

/** `30s` in ms. */
export function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('expected a time such as 30s, 10m or 1d');
  return ms;
}

export function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of at least 1');
  return value;
}

/** ISO 8601 of a time, or of one so long ago: `2026-01-31T12:00:00Z`, `7d`. */
export function timeOf(text: string): string {
  const ago = parseDuration(text);
  const time = ago === undefined ? new Date(text) : new Date(Date.now() - ago);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('expected a time such as 2026-01-31T12:00:00Z, or a time ago such as 7d');
  return time.toISOString();
}
