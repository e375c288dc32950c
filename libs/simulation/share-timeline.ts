import type { PlanDraft } from '#strategies';

/** Parts of a run that shares are averaged over. */
export const timelineParts = 240;

/** Each version's share of the traffic over time, in `timelineParts` equal parts of the run. */
export class ShareTimeline {
  readonly shares: Record<string, number[]>;

  /** @param end of the run, ms */
  constructor(
    versions: readonly string[],
    private readonly end: number,
  ) {
    this.shares = Object.fromEntries(versions.map((version) => [version, Array<number>(timelineParts).fill(0)]));
  }

  /** An allocation was in force from one time to another, ms. */
  add(allocation: PlanDraft['allocation'], from: number, to: number): void {
    const length = this.end / timelineParts;
    const last = Math.min(timelineParts - 1, Math.floor(to / length));
    for (let part = Math.floor(from / length); part <= last; part++) {
      const overlap = Math.min(to, (part + 1) * length) - Math.max(from, part * length);
      if (overlap <= 0) continue;
      for (const { version, weight } of allocation) {
        const shares = this.shares[version];
        if (shares !== undefined) shares[part] = (shares[part] ?? 0) + (weight * overlap) / length;
      }
    }
  }
}
