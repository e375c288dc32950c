import type { Evidence } from '#contracts';

/** Feedback says about every 10 s what it knows, also where nothing has changed: silence beyond this is lag, in ms. */
export const expectedSilenceMs = 15_000;

/** The newest evidence of each endpoint, as read from its topic. */
export class EvidenceStore {
  private readonly newest = new Map<string, { evidence: Evidence; receivedAt: number }>();
  private readonly listeners: ((endpoint: string) => void)[] = [];

  /**
   * Takes a snapshot unless it is older than what is known: of an earlier rollout, or with a smaller sequence number.
   * @param now by our own clock, since those of others may differ
   */
  apply(evidence: Evidence, now: number): void {
    const known = this.newest.get(evidence.endpoint)?.evidence;
    if (known !== undefined && (evidence.rollout < known.rollout || evidence.seq < known.seq)) return;
    this.newest.set(evidence.endpoint, { evidence, receivedAt: now });
    for (const listener of this.listeners) listener(evidence.endpoint);
  }

  /** What is known of a rollout; null before its first snapshot. Where nothing more is heard of feedback, its lag grows. */
  of(endpoint: string, rollout: number, now: number): Evidence | null {
    const known = this.newest.get(endpoint);
    if (known?.evidence.rollout !== rollout) return null;
    const silence = now - known.receivedAt - expectedSilenceMs;
    if (silence <= 0) return known.evidence;
    return { ...known.evidence, lagSeconds: known.evidence.lagSeconds + silence / 1000 };
  }

  onChange(listener: (endpoint: string) => void): void {
    this.listeners.push(listener);
  }
}
