import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { DiskStatus, StatusPart, StatusView } from '#contracts';
import { Database } from '#database';
import { CoalescingProducer, HeartbeatsView, TopicAdmin } from '#kafka';
import { DEPLOYER_CONFIG, type DeployerConfig } from '../config.js';
import { loadedVersions, servicesOf } from './living.js';
import { logPartitions, postgresStatus } from './postgres-status.js';
import { problemsOf } from './problems-of.js';

/** A part that has not been found out by then is left out, ms. */
const patienceMs = 10_000;

/** Asks everything that the system stands on. Each part fails by itself. */
@Injectable()
export class GatherStatus {
  constructor(
    @Inject(DEPLOYER_CONFIG) private readonly config: DeployerConfig,
    private readonly database: Database,
    private readonly admin: TopicAdmin,
    private readonly producer: CoalescingProducer,
    private readonly heartbeats: HeartbeatsView,
  ) {}

  async gather(now: Date): Promise<StatusView> {
    const { pool } = this.database;
    const [kafka, lags, deadLetters, postgres, partitions, disks, services, versions] = await Promise.all([
      this.ofKafka(() => this.admin.overview()),
      this.ofKafka(() => this.admin.lags()),
      this.ofKafka(async () => ({ count: await this.admin.countOf('deadLetters') })),
      part(() => postgresStatus(pool)),
      part(() => logPartitions(pool)),
      part(() => Promise.all(this.config.ARTIFACT_ROOTS.map(diskOf))),
      this.ofKafka(() => Promise.resolve(servicesOf(this.heartbeats.alive()))),
      this.ofKafka(() => Promise.resolve(loadedVersions(this.heartbeats.alive()))),
    ]);
    const parts = { kafka, postgres, services, versions, lags, deadLetters, partitions, disks };
    return { at: now.toISOString(), problems: problemsOf(parts), ...parts };
  }

  /** With Kafka gone nothing of it is asked: kafkajs would try for long. */
  private ofKafka<Part>(ask: () => Promise<Part>): Promise<StatusPart<Part>> {
    return this.producer.state === 'up' ? part(ask) : Promise.resolve({ error: 'Kafka cannot be reached' });
  }
}

async function part<Part>(ask: () => Promise<Part>): Promise<StatusPart<Part>> {
  const late = new AbortController();
  try {
    return await Promise.race([ask(), sleep(patienceMs, { error: `no answer within ${patienceMs / 1000} s` }, { signal: late.signal })]); // prettier-ignore
  } catch (error) {
    return { error: error instanceof Error && error.message !== '' ? error.message : String(error) };
  } finally {
    late.abort();
  }
}

async function diskOf(path: string): Promise<DiskStatus> {
  const { bsize, blocks, bavail } = await statfs(path);
  return { path, bytes: bsize * blocks, freeBytes: bsize * bavail };
}
