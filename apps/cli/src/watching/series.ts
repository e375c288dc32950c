import type { EndpointView, PlanView } from '#contracts';

/** As many values are drawn. */
export const seriesWidth = 40;

/** Shares and mean rewards of a version over time, oldest first. */
export interface Series {
  readonly shares: (number | null)[];
  readonly rewards: (number | null)[];
}

/** What was seen of a rollout's versions. */
export class SeriesOfVersions {
  private readonly byVersion = new Map<string, Series>();
  private rollout: number | undefined;

  /** @param plans of the present rollout, newest first: its shares before anybody watched */
  constructor(plans: readonly PlanView[] = []) {
    const versions = new Set(plans.flatMap(({ allocation }) => allocation.map(({ version }) => version)));
    for (const version of versions)
      for (const { allocation } of plans.toReversed())
        this.of(version).shares.push(allocation.find((entry) => entry.version === version)?.weight ?? 0);
    this.rollout = plans[0]?.rollout;
  }

  /** Another rollout begins anew. */
  add({ rollout, versions }: Pick<EndpointView, 'rollout' | 'versions'>): void {
    if (this.rollout !== rollout.id) this.byVersion.clear();
    this.rollout = rollout.id;
    for (const { version, weight, evidence } of versions) {
      const { shares, rewards } = this.of(version);
      shares.push(weight);
      rewards.push(evidence?.mean ?? null);
      for (const values of [shares, rewards]) values.splice(0, values.length - seriesWidth);
    }
  }

  of(version: string): Series {
    let series = this.byVersion.get(version);
    if (series === undefined) this.byVersion.set(version, (series = { shares: [], rewards: [] }));
    return series;
  }
}
