import type { Evidence } from '#contracts';

/** The newest evidence of each endpoint, as read from its topic. */
export class EvidenceStore {
  private readonly newest = new Map<string, Evidence>();
  private readonly listeners: ((endpoint: string) => void)[] = [];

  /** Takes a snapshot unless it is older than what is known: of an earlier rollout, or with a smaller sequence number. */
  apply(evidence: Evidence): void {
    const known = this.newest.get(evidence.endpoint);
    if (known !== undefined && (evidence.rollout < known.rollout || evidence.seq < known.seq)) return;
    this.newest.set(evidence.endpoint, evidence);
    for (const listener of this.listeners) listener(evidence.endpoint);
  }

  /** What is known of a rollout; null before its first snapshot. */
  of(endpoint: string, rollout: number): Evidence | null {
    const known = this.newest.get(endpoint);
    return known?.rollout === rollout ? known : null;
  }

  onChange(listener: (endpoint: string) => void): void {
    this.listeners.push(listener);
  }
}
