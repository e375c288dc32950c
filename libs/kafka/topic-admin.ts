import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { type AppName, type KafkaStatus, type TopicLag, topics, type TopicId, type TopicParameters } from '#contracts';
import { ConfigResourceTypes } from './kafkajs.js';
import type { TopicNames } from './topic-names.js';

/** A topic of the registry that shall exist. */
export interface WantedTopic {
  readonly id: TopicId;
  readonly parameters?: TopicParameters;
  /** Instead of the registry's number. */
  readonly partitions?: number;
}

/** How long a topic keeps records, ms. */
export interface Retention {
  readonly topic: string;
  /** Null: for ever. */
  readonly retentionMs: number | null;
  /** Records are removed a segment at a time; a segment takes new ones for so long. */
  readonly segmentMs: number;
}

/** Offsets of a partition: the first one, and the one after the last. */
export interface Stretch {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

export interface EndOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

const pollMs = 50;
const leaderTimeoutMs = 20_000;
/** Questions under way at once, where there is one for each topic. */
const atOnce = 16;
const sharedTopics = (Object.keys(topics) as TopicId[]).filter((id) => topics[id].delivery === 'shared');
/** Topics that stand for an endpoint or a version are made with it; the others by whichever service comes first. */
const staticTopics = (Object.keys(topics) as TopicId[]).filter((id) => !topics[id].name.includes('<'));

/** Creates topics from the registry, and answers questions about offsets. */
export class TopicAdmin {
  private admin: Promise<Admin> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly names: TopicNames,
  ) {}

  /** The topics that belong to no endpoint. */
  ensureStatic(): Promise<void> {
    return this.ensure(staticTopics.map((id) => ({ id })));
  }

  /** Creates those that are missing and waits until every partition has a leader. Safe to call from several services at once. */
  async ensure(wanted: readonly WantedTopic[]): Promise<void> {
    if (wanted.length === 0) return;
    const names = wanted.map(({ id, parameters }) => this.names.of(id, parameters));
    await this.ask(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = wanted.filter((_, index) => !existing.has(names[index] ?? ''));
      // Not `waitForLeaders`: under KRaft it fails now and then although the topic comes to be.
      await admin.createTopics({
        waitForLeaders: false,
        topics: missing.map(({ id, parameters, partitions }) => ({
          topic: this.names.of(id, parameters),
          numPartitions: partitions ?? topics[id].partitions,
          replicationFactor: -1,
          configEntries: Object.entries(topics[id].config).map(([name, value]) => ({ name, value })),
        })),
      });
      await waitForLeaders(admin, names);
    });
  }

  /** Deletes topics by their full names; those that do not exist are left out. */
  async delete(names: readonly string[]): Promise<void> {
    await this.ask(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const present = names.filter((name) => existing.has(name));
      if (present.length > 0) await admin.deleteTopics({ topics: present });
    });
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.ask((admin) => admin.deleteGroups([groupId]));
  }

  /** End offsets of all partitions that hold records. */
  async endOffsets(names: readonly string[]): Promise<EndOffset[]> {
    return this.ask(async (admin) => {
      const ends = await Promise.all(
        names.map(async (topic) =>
          (await admin.fetchTopicOffsets(topic))
            .filter(({ low, high }) => BigInt(high) > BigInt(low))
            .map(({ partition, high }) => ({ topic, partition, offset: BigInt(high) })),
        ),
      );
      return ends.flat();
    });
  }

  /**
   * What each partition of a topic holds.
   *
   * @param since ms since 1970: only what was written from then on
   */
  async stretches(id: TopicId, since?: number): Promise<Stretch[]> {
    const topic = this.names.of(id);
    return this.ask(async (admin) => {
      const held = await admin.fetchTopicOffsets(topic);
      if (since === undefined) return held.map(({ partition, low, high }) => ({ partition, from: BigInt(low), to: BigInt(high) })); // prettier-ignore
      // Where nothing is as new Kafka gives the end.
      const starts = await admin.fetchTopicOffsetsByTimestamp(topic, since);
      return held.map(({ partition, high }) => {
        const start = starts.find((entry) => entry.partition === partition)?.offset ?? high;
        return { partition, from: BigInt(start), to: BigInt(high) };
      });
    });
  }

  /** How long the topics of some of the registry's entries keep records, as Kafka has it. @param endpoint default: those of all endpoints */
  async retentions(ids: readonly TopicId[], endpoint?: string): Promise<Retention[]> {
    const patterns = ids.map((id) => this.names.pattern(id, endpoint));
    return this.ask(async (admin) => {
      const names = (await admin.listTopics()).filter((name) => patterns.some((pattern) => pattern.test(name))).sort();
      if (names.length === 0) return [];
      const configNames = ['retention.ms', 'segment.ms'];
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames })),
      });
      return resources.map(({ resourceName: topic, configEntries }) => {
        const [retentionMs = 0, segmentMs = 0] = configNames.map((name) =>
          Number(configEntries.find(({ configName }) => configName === name)?.configValue),
        );
        return { topic, retentionMs: retentionMs < 0 ? null : retentionMs, segmentMs };
      });
    });
  }

  /** Records that an app's instances together have not committed yet, over all partitions of a shared topic. */
  async lag(app: AppName, id: TopicId, parameters: TopicParameters = {}): Promise<number> {
    const topic = this.names.of(id, parameters);
    const groupId = this.names.group(app, id, parameters);
    return this.ask((admin) => lagOf(admin, topic, groupId));
  }

  /** The lag of every group on every shared topic there is, those that nobody has read yet too; the greatest first. */
  async lags(): Promise<TopicLag[]> {
    return this.ask(async (admin) => {
      const names = await admin.listTopics();
      const read = sharedTopics.flatMap((id) => {
        const pattern = this.names.pattern(id);
        return names
          .filter((name) => pattern.test(name))
          .flatMap((topic) => topics[id].readers.map((app) => ({ topic, app, group: this.names.groupOf(app, topic) })));
      });
      const lags: TopicLag[] = [];
      for (let i = 0; i < read.length; i += atOnce)
        lags.push(...(await Promise.all(read.slice(i, i + atOnce).map(async (one) => ({ ...one, lag: await lagOf(admin, one.topic, one.group) }))))); // prettier-ignore
      return lags.sort((a, b) => b.lag - a.lag || a.topic.localeCompare(b.topic));
    });
  }

  /** Records that a topic holds. */
  async countOf(id: TopicId): Promise<number> {
    return (await this.stretches(id)).reduce((sum, { from, to }) => sum + Number(to - from), 0);
  }

  /** Full names of the topics that there are. */
  async existing(): Promise<Set<string>> {
    return new Set(await this.ask((admin) => admin.listTopics()));
  }

  /** Brokers that answer, and our topics. */
  async overview(): Promise<KafkaStatus> {
    return this.ask(async (admin) => {
      const [{ brokers }, names] = await Promise.all([admin.describeCluster(), admin.listTopics()]);
      const ours = names.filter((name) => name.startsWith(`${this.names.prefix}.`));
      return { brokers: brokers.length, topics: ours.length };
    });
  }

  async close(): Promise<void> {
    const admin = await this.admin?.catch(() => undefined);
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }

  /**
   * One connection for all questions. After an error, whatever it was, once more on a new one: kafkajs's clients remember
   * every topic they were asked about, and fail for all when one of them has been deleted.
   */
  private async ask<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const current = (this.admin ??= this.connect());
    try {
      return await question(await current);
    } catch {
      if (this.admin === current) await this.close();
    }
    const fresh = (this.admin ??= this.connect());
    try {
      return await question(await fresh);
    } catch (error) {
      if (this.admin === fresh) await this.close();
      throw error;
    }
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }
}

/** A group that has committed nothing has everything before it. */
async function lagOf(admin: Admin, topic: string, groupId: string): Promise<number> {
  const [ends, committed] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const at = new Map(committed.flatMap(({ partitions }) => partitions.map((p) => [p.partition, Number(p.offset)])));
  return ends.reduce((sum, { partition, high, low }) => {
    const position = at.get(partition) ?? -1;
    return sum + Math.max(0, Number(high) - Math.max(position, Number(low)));
  }, 0);
}

/** Asks each partition's leader itself: the metadata may name one that does not know yet that it is. */
async function waitForLeaders(admin: Admin, names: readonly string[]): Promise<void> {
  const limit = Date.now() + leaderTimeoutMs;
  for (const name of names)
    for (;;) {
      try {
        await admin.fetchTopicOffsets(name);
        break;
      } catch (error) {
        if (Date.now() > limit)
          throw new Error(`topic "${name}" has no leader after ${leaderTimeoutMs} ms`, { cause: error });
        await delay(pollMs);
      }
    }
}
