import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ArtifactCache } from '#artifacts';
import type { VersionRecord } from '#contracts';
import { KafkaBatchServer, messageOf, VersionsView } from '#kafka';
import { LOGGER, type Logger, Readiness } from '#platform';
import { CONFIG, type ModelWorkerConfig } from './config.js';
import { loadVersion } from './load-artifact.js';
import { MicroBatcher } from './micro-batcher.js';
import { ShadowWork } from './shadow-work.js';

/** A version of this pool: it answers, or it says why it cannot. */
export type Served = { readonly record: VersionRecord } & (
  { readonly state: 'live'; readonly batcher: MicroBatcher } | { readonly state: 'failed'; readonly error: string }
);

/** What was missing when a version could not be loaded may come: a mount, a file being copied. */
const retryLoadMs = 30_000;

/** A version whose work topic is missing keeps the worker from being ready no longer than this. */
const joinPatienceMs = 10_000;

/** Whether a record asks for nothing else of a model: a backtest that begins or ends changes nothing. */
const isSameModel = (a: VersionRecord, b: VersionRecord): boolean =>
  JSON.stringify({ ...a, backtest: 0 }) === JSON.stringify({ ...b, backtest: 0 });

const closeModel = async (served: Served): Promise<void> => {
  if (served.state === 'live') await served.batcher.close();
};

const keyOf = ({ endpoint, version }: { endpoint: string; version: string }): string => `${endpoint}/${version}`;

/** Loads the versions of this pool as they come, reads their work, and lets go of them as they go. */
@Injectable()
export class ServedVersions implements OnModuleInit, OnApplicationShutdown {
  private readonly served = new Map<string, Served>();
  /** Changes of one version come after one another. */
  private readonly changes = new Map<string, Promise<void>>();
  private readonly joined = new Set<string>();
  private readonly retries = new Set<NodeJS.Timeout>();
  private readonly listeners: (() => void)[] = [];
  private caughtUpAt: number | undefined;
  private settled = false;

  constructor(
    @Inject(CONFIG) private readonly config: ModelWorkerConfig,
    private readonly versions: VersionsView,
    private readonly server: KafkaBatchServer,
    private readonly shadows: ShadowWork,
    private readonly artifacts: ArtifactCache,
    private readonly readiness: Readiness,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.readiness.add('models', () => this.hasSettled());
    this.server.onOwnedPartitionsChange(() => this.tell());
    this.versions.onChange((key) => {
      // What is read while catching up may be past: the versions that are left are loaded afterwards.
      if (this.caughtUpAt !== undefined) this.change(key);
    });
    void this.server.caughtUp.then(() => {
      this.caughtUpAt = Date.now();
      for (const record of this.versions.all()) this.change(record);
    });
  }

  /** After the last handler. */
  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.retries) clearTimeout(timer);
    await Promise.allSettled(this.all().map(closeModel));
  }

  get(endpoint: string, version: string): Served | undefined {
    return this.served.get(keyOf({ endpoint, version }));
  }

  all(): Served[] {
    return [...this.served.values()];
  }

  /** Whether this instance has joined those who read the version's work. */
  isReading(endpoint: string, version: string): boolean {
    return this.joined.has(keyOf({ endpoint, version }));
  }

  /** Called when a version comes, fails or goes, or when other partitions of its work are owned. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * Whether the versions that were there at the start are loaded, or have failed to, and their work is read; later ones
   * come as they come.
   */
  private hasSettled(): boolean | string {
    if (this.settled) return true;
    if (this.caughtUpAt === undefined) return 'the versions';
    const isPatient = Date.now() - this.caughtUpAt < joinPatienceMs;
    const unread = isPatient ? [...this.served.keys()].filter((key) => !this.joined.has(key)) : [];
    const missing = [...this.changes.keys(), ...unread];
    this.settled = missing.length === 0;
    return this.settled || missing.join(', ');
  }

  private change(key: { endpoint: string; version: string }): void {
    const name = keyOf(key);
    const before = this.changes.get(name) ?? Promise.resolve();
    const change = before
      .then(() => this.adjust(key))
      .catch((error: unknown) => this.logger.error({ err: error, version: name }, 'cannot adjust to the version'))
      .finally(() => {
        if (this.changes.get(name) === change) this.changes.delete(name);
      });
    this.changes.set(name, change);
  }

  /** Makes what is served here what the latest record says. */
  private async adjust({ endpoint, version }: { endpoint: string; version: string }): Promise<void> {
    const record = this.versions.get(endpoint, version);
    const wanted = record !== undefined && record.pool === this.config.POOL ? record : undefined;
    const present = this.get(endpoint, version);
    if (wanted === undefined) {
      if (present !== undefined) await this.drop(present);
      return;
    }
    if (present?.state === 'live' && isSameModel(present.record, wanted)) return;
    const served = await this.load(wanted);
    this.served.set(keyOf(wanted), served);
    this.tell();
    // Work of a version that could not be loaded is read too: it becomes errors, and the fallback answers.
    this.read(wanted);
    if (present !== undefined) await closeModel(present);
    if (served.state === 'failed') this.tryAgainLater(wanted);
  }

  /** Joins those who read the version's work; not waited for, since its topic may be missing. */
  private read({ endpoint, version }: VersionRecord): void {
    const gatherMs = (): number => this.shadows.gatherMs(endpoint, version);
    void this.server.follow('work', { endpoint, version }, gatherMs).then(() => {
      const key = keyOf({ endpoint, version });
      if (this.served.has(key)) this.joined.add(key);
      this.tell();
    });
  }

  private tryAgainLater(record: VersionRecord): void {
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      this.change(record);
    }, retryLoadMs);
    this.retries.add(timer);
  }

  private async load(record: VersionRecord): Promise<Served> {
    const { endpoint, version, output } = record;
    const begin = performance.now();
    try {
      const model = await loadVersion(record, this.artifacts);
      const ms = Math.round(performance.now() - begin);
      this.logger.info({ endpoint, version, runtime: record.runtime, ms }, 'version loaded');
      return { record, state: 'live', batcher: new MicroBatcher(model, { endpoint, version, output }) };
    } catch (error) {
      this.logger.error({ endpoint, version, reason: messageOf(error) }, 'version cannot be loaded');
      return { record, state: 'failed', error: messageOf(error) };
    }
  }

  private async drop(served: Served): Promise<void> {
    const { endpoint, version } = served.record;
    await this.server.unfollow('work', { endpoint, version });
    this.served.delete(keyOf(served.record));
    this.joined.delete(keyOf(served.record));
    this.tell();
    await closeModel(served);
    this.logger.info({ endpoint, version }, 'version let go');
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
