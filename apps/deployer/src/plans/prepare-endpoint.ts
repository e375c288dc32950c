import { Injectable } from '@nestjs/common';
import { versionRecord } from '#contracts';
import { CoalescingProducer, TopicAdmin, TopicNames } from '#kafka';
import { Manifests } from '../rollouts/manifests.js';
import { StandingsRepository } from '../store/standings.repository.js';
import type { VersionRow } from '../store/standing.js';
import { VersionsRepository } from '../store/versions.repository.js';

/** Makes an endpoint's topics and announces its versions: both before a plan that speaks of them. */
@Injectable()
export class PrepareEndpoint {
  /** Value last announced, by `<endpoint>/<version>`. */
  private announced = new Map<string, string>();
  private readonly prepared = new Map<string, number>();
  /** Backtests at work, by `<endpoint>/<version>`: announced with the version. */
  private backtests: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly standings: StandingsRepository,
    private readonly versions: VersionsRepository,
    private readonly manifests: Manifests,
    private readonly admin: TopicAdmin,
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
  ) {}

  /** At the beginning of a term: another leader may have announced other things since. */
  forget(): void {
    this.announced = new Map();
    this.prepared.clear();
  }

  /** Level-triggered: does what has not been done for the endpoint's present revision. */
  async endpoint(endpoint: string): Promise<void> {
    const standing = await this.standings.get(endpoint);
    if (standing === undefined || standing.deleted || this.prepared.get(endpoint) === standing.revision) return;
    const { partitions } = this.manifests.of(standing).envelope.spec;
    const listed = await this.listed(endpoint);
    await this.admin.ensure([
      { id: 'requests', parameters: { endpoint }, partitions },
      ...listed.map(({ version }) => ({ id: 'work' as const, parameters: { endpoint, version }, partitions })),
    ]);
    await this.announce(listed, partitions);
    this.prepared.set(endpoint, standing.revision);
  }

  /** Says which versions a backtest is at work on. @param backtests its id, by `<endpoint>/<version>` */
  async announceBacktests(backtests: ReadonlyMap<string, number>): Promise<void> {
    const before = this.backtests;
    const changed = [...new Set([...before.keys(), ...backtests.keys()])].filter(
      (key) => before.get(key) !== backtests.get(key),
    );
    if (changed.length === 0) return;
    this.backtests = backtests;
    try {
      for (const endpoint of new Set(changed.map((key) => key.split('/')[0] ?? ''))) await this.announceAll(endpoint);
    } catch (error) {
      // What has been announced is known: the rest is tried again.
      this.backtests = before;
      throw error;
    }
  }

  /** Says that a version has gone. */
  async withdraw(endpoint: string, version: string): Promise<void> {
    const key = `${endpoint}/${version}`;
    await this.producer.send({ topic: this.names.of('versions'), key, value: null });
    this.announced.delete(key);
  }

  private async announceAll(endpoint: string): Promise<void> {
    const standing = await this.standings.get(endpoint);
    if (standing === undefined || standing.deleted) return;
    await this.announce(await this.listed(endpoint), this.manifests.of(standing).envelope.spec.partitions);
  }

  private async listed(endpoint: string): Promise<VersionRow[]> {
    return (await this.versions.of(endpoint)).filter(({ retired }) => !retired);
  }

  private async announce(versions: readonly VersionRow[], partitions: number): Promise<void> {
    const fresh = versions
      .map((row) => ({ row, key: `${row.endpoint}/${row.version}` }))
      .map(({ row, key }) => ({ key, value: JSON.stringify(recordOf(row, partitions, this.backtests.get(key))) }))
      .filter(({ key, value }) => this.announced.get(key) !== value);
    const topic = this.names.of('versions');
    await this.producer.sendAll(fresh.map(({ key, value }) => ({ topic, key, value })));
    for (const { key, value } of fresh) this.announced.set(key, value);
  }
}

function recordOf(
  { endpoint, version, runtime, artifact, sha256, spec }: VersionRow,
  partitions: number,
  backtest: number | undefined,
) {
  const { output, pool, options, warmup } = spec;
  const run = { runtime, artifact, sha256, output, pool, partitions, options, warmup };
  return versionRecord.parse({ endpoint, version, ...run, backtest });
}
