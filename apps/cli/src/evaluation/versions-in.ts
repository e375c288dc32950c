import type { LoggedRequest } from '#contracts';

/** Versions that had a share of the traffic anywhere in the log. */
export function versionsIn(rows: readonly LoggedRequest[]): string[] {
  const versions = rows.flatMap(({ version, weights }) => [version, ...Object.keys(weights)]);
  return [...new Set(versions)].sort();
}
