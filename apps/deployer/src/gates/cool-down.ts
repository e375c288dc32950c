import { formatDuration } from '#contracts';

/** A rollout that failed. */
export interface Failure {
  readonly rollout: number;
  /** Versions that it tried, without the one that it ended with. */
  readonly versions: readonly string[];
  /** ms since 1970. */
  readonly endedAt: number;
  readonly reason: string;
}

export interface CoolingVersion {
  readonly version: string;
  /** What the operator is told. */
  readonly message: string;
}

/**
 * Versions that failed within the cool-down, of those that are to be tried.
 * @param cooldown in ms; undefined: none cools down
 * @param now ms since 1970
 */
export function coolingDown(
  candidates: readonly string[],
  failures: readonly Failure[],
  cooldown: number | undefined,
  now: number,
): CoolingVersion[] {
  if (cooldown === undefined) return [];
  return candidates.flatMap((version) => {
    const last = failures
      .filter((failure) => failure.versions.includes(version) && now - failure.endedAt < cooldown)
      .reduce<Failure | undefined>((a, b) => (a === undefined || b.endedAt > a.endedAt ? b : a), undefined);
    if (last === undefined) return [];
    const until = new Date(last.endedAt + cooldown).toISOString();
    const message =
      `version "${version}" failed in rollout ${last.rollout} (${last.reason}) and cools down for ${formatDuration(cooldown)}, until ${until}; ` +
      'name another version, wait, or ask for it with --retry (?retry=true)';
    return [{ version, message }];
  });
}
