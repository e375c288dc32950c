import type { Heartbeat } from '#contracts';

/** An instance that has not been heard of for so long is dead. */
export const deadAfterMs = 3_000;

interface Seen {
  readonly heartbeat: Heartbeat;
  /** By our own clock: the clocks of instances differ. */
  readonly at: number;
}
interface LivePartitions {
  readonly partitions: readonly number[];
  /** When the first of the instances behind it would be dead. */
  readonly until: number;
}

/** Who lives, with which versions and partitions. */
export class HeartbeatsView {
  private readonly seen = new Map<string, Seen>();
  /** By endpoint and version; emptied by every heartbeat that says something new. */
  private readonly live = new Map<string, Map<string, LivePartitions>>();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** @param sentMsAgo age of the heartbeat, where it is known to be old (read from the log at the start); else 0 */
  apply(heartbeat: Heartbeat, sentMsAgo = 0): void {
    const at = this.now() - sentMsAgo;
    const previous = this.seen.get(heartbeat.instance);
    if (previous !== undefined && previous.at > at) return;
    if (heartbeat.leaving || sentMsAgo >= deadAfterMs) this.seen.delete(heartbeat.instance);
    else this.seen.set(heartbeat.instance, { heartbeat, at });
    const news = previous === undefined || heartbeat.leaving || saysOther(previous.heartbeat, heartbeat);
    // The limits of what is cached lie in the past once every instance behind it has been heard of again: kept till then.
    if (!news) return;
    this.live.clear();
    for (const listener of this.listeners) listener();
  }

  /** The latest heartbeat of each living instance. */
  alive(): Heartbeat[] {
    const now = this.now();
    const living: Heartbeat[] = [];
    for (const [instance, { heartbeat, at }] of this.seen)
      if (now - at <= deadAfterMs) living.push(heartbeat);
      else this.seen.delete(instance);
    return living;
  }

  /** Living workers that answer for a version. */
  workersOf(endpoint: string, version: string): Heartbeat[] {
    return this.alive().filter(({ live }) =>
      live?.some((entry) => entry.endpoint === endpoint && entry.version === version),
    );
  }

  /** Living routers. */
  routers(): Heartbeat[] {
    return this.alive().filter(({ app }) => app === 'router');
  }

  /** Living workers that could not load a version, and why. */
  failures(endpoint: string, version: string): { instance: string; error: string }[] {
    return this.alive().flatMap(({ instance, failed = [] }) =>
      failed
        .filter((entry) => entry.endpoint === endpoint && entry.version === version)
        .map(({ error }) => ({ instance, error })),
    );
  }

  /** Work partitions of a version with a living owner, ascending; kept between heartbeats, since it is asked per request. */
  livePartitions(endpoint: string, version: string): readonly number[] {
    let versions = this.live.get(endpoint);
    if (versions === undefined) this.live.set(endpoint, (versions = new Map<string, LivePartitions>()));
    const known = versions.get(version);
    if (known !== undefined && this.now() <= known.until) return known.partitions;
    const found = this.findPartitions(endpoint, version);
    versions.set(version, found);
    return found.partitions;
  }

  /** Called when an instance comes, goes by saying so, or says something new; not when one falls silent. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private findPartitions(endpoint: string, version: string): LivePartitions {
    const partitions = new Set<number>();
    let until = Infinity;
    for (const { instance, live } of this.alive())
      for (const entry of live ?? []) {
        if (entry.endpoint !== endpoint || entry.version !== version) continue;
        entry.partitions.forEach((partition) => partitions.add(partition));
        until = Math.min(until, (this.seen.get(instance)?.at ?? 0) + deadAfterMs);
      }
    return { partitions: [...partitions].sort((a, b) => a - b), until };
  }
}

function saysOther(before: Heartbeat, after: Heartbeat): boolean {
  return (
    JSON.stringify([before.live, before.failed, before.epochs]) !==
    JSON.stringify([after.live, after.failed, after.epochs])
  );
}
