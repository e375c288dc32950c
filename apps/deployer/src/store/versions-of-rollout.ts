import { findStrategy } from '#strategies';

/** Versions that a rollout of the past is about, each once; none where its strategy is not registered any more, or its spec has changed since. */
export function versionsOfRollout(strategy: string, spec: unknown): string[] {
  try {
    const references = findStrategy(strategy)?.versionsOf(spec) ?? [];
    return [...new Set(references.map(({ version }) => version))];
  } catch {
    return [];
  }
}
