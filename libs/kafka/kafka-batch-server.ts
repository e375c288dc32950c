import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Kafka } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import { type AppName, topics, type TopicId, type TopicParameters, topicsReadBy } from '#contracts';
import type { Logger } from '#platform';
import { messageOf } from './errors.js';
import { fixedPartitionAssigner } from './fixed-partition-assigner.js';
import { partitionOfKey } from './murmur2.js';
import type { BatchHandler } from './on-batch.js';
import { SequentialSubscription } from './sequential-subscription.js';
import { SharedSubscription } from './shared-subscription.js';
import type { Source, Subscription, SubscriptionObserver } from './subscription.js';
import type { Portion } from './supervised-consumer.js';
import type { TopicAdmin } from './topic-admin.js';
import type { TopicNames } from './topic-names.js';

export interface KafkaBatchServerOptions {
  /** Records per shared topic that are handed out and not finished; beyond, no more are fetched. */
  readonly maxInFlight: number;
  readonly maxBytesPerPartition?: number;
  /** For shared topics that nobody waits for; absent: each record as soon as it is there. */
  readonly portion?: Portion;
}

export interface KafkaBatchServerParts {
  readonly kafka: Kafka;
  readonly admin: TopicAdmin;
  readonly names: TopicNames;
  readonly app: AppName;
  readonly instance: string;
  readonly logger: Logger;
  readonly observer: SubscriptionObserver;
  readonly options: KafkaBatchServerOptions;
}

/** Called when this instance owns other partitions of a followed topic than before. */
export type OwnershipListener = (id: TopicId, parameters: TopicParameters, partitions: readonly number[]) => void;

const retryMs = 500;

/**
 * Nest's transport on Kafka: calls the methods marked `@OnBatch` with the records of the topics that the registry says
 * this app reads. Topics without parameters are read from the start on; those of an endpoint or a version from `follow`
 * to `unfollow`.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly followed = new Map<string, { source: Source; subscription: SharedSubscription }>();
  private readonly started: Subscription[] = [];
  private readonly ownershipListeners: OwnershipListener[] = [];
  private readonly caught = Promise.withResolvers<undefined>();
  private readonly waits = new Set<string>();
  private startup: Promise<void> | undefined;
  private closing = false;
  private broadcastGroup: string | undefined;

  constructor(private readonly parts: KafkaBatchServerParts) {
    super();
  }

  /** Resolves when the broadcast topics have been read up to where they ended at the start. */
  readonly caughtUp: Promise<void> = this.caught.promise;

  /** What it has not joined or read yet; empty when all is read. */
  waitsFor(): string[] {
    return [...this.waits];
  }

  /** The partition of `replies` that this instance reads. */
  get replyPartition(): number {
    return partitionOfKey(this.parts.instance, topics.replies.partitions);
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      this.checkHandlers();
    } catch (error) {
      callback(error);
      return;
    }
    // Kafka may come later than the service: it waits, alive and not ready.
    this.waits.add('topics');
    this.startup = this.begin();
    callback();
  }

  /** Stops every consumer in order; after it no handler runs. */
  async close(): Promise<void> {
    this.closing = true;
    await this.startup;
    const following = [...this.followed.values()].map(({ subscription }) => subscription);
    this.followed.clear();
    await Promise.all([...this.started, ...following].map((subscription) => subscription.stop()));
    if (this.broadcastGroup !== undefined)
      await this.parts.admin.deleteGroup(this.broadcastGroup).catch(() => undefined);
  }

  on(): never {
    throw new Error('KafkaBatchServer has no events of its own; see follow, onOwnedPartitionsChange and caughtUp');
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature
  unwrap<T>(): T {
    return this.parts.kafka as T;
  }

  /**
   * Reads a topic of an endpoint or a version from now on, with a group of its own. Resolves when joined; until the
   * topic exists it waits. Following what is followed already does nothing more.
   *
   * @param gatherMs how long records may gather between one fetch and the next, asked each time; absent: not at all
   */
  follow(id: TopicId, parameters: TopicParameters, gatherMs?: () => number): Promise<void> {
    const { names, app, kafka, options, logger, observer } = this.parts;
    const topic = names.of(id, parameters);
    const known = this.followed.get(topic);
    if (known !== undefined || this.closing) return known?.subscription.ready ?? Promise.resolve();
    const source = this.source(id, parameters);
    const subscription = new SharedSubscription(
      kafka,
      source,
      {
        groupId: names.group(app, id, parameters),
        ...options,
        gatherMs,
        onOwned: (partitions) => this.ownershipListeners.forEach((listener) => listener(id, parameters, partitions)),
      },
      { logger, observer },
    );
    this.followed.set(topic, { source, subscription });
    subscription.start();
    return subscription.ready;
  }

  /** Finishes what is in hand, commits and leaves the topic's group. */
  async unfollow(id: TopicId, parameters: TopicParameters): Promise<void> {
    const topic = this.parts.names.of(id, parameters);
    const known = this.followed.get(topic);
    this.followed.delete(topic);
    await known?.subscription.stop();
  }

  /** The parameters under which a topic is followed. */
  followedOf(id: TopicId): TopicParameters[] {
    return [...this.followed.values()]
      .filter(({ source }) => source.topicId === id)
      .map(({ source }) => source.parameters);
  }

  /** Partitions of a followed topic that this instance owns; empty where it has not joined. */
  ownedPartitions(id: TopicId, parameters: TopicParameters): number[] {
    return this.followed.get(this.parts.names.of(id, parameters))?.subscription.owned ?? [];
  }

  onOwnedPartitionsChange(listener: OwnershipListener): void {
    this.ownershipListeners.push(listener);
  }

  /** Handlers and registry must say the same: a topic that nobody handles would pile up unseen. */
  private checkHandlers(): void {
    const { app } = this.parts;
    const wanted: string[] = topicsReadBy(app);
    const given = [...this.messageHandlers.keys()];
    const missing = wanted.filter((id) => !given.includes(id));
    const unknown = given.filter((id) => !wanted.includes(id));
    const twice = [...this.messageHandlers].filter(([, handler]) => handler.next !== undefined).map(([id]) => id);
    const problems = [
      ...missing.map((id) => `no @OnBatch('${id}')`),
      ...unknown.map((id) => `@OnBatch('${id}') though the registry does not name ${app} as a reader`),
      ...twice.map((id) => `more than one @OnBatch('${id}')`),
    ];
    if (problems.length > 0) throw new Error(`${app}: handlers and topic registry differ: ${problems.join('; ')}`);
  }

  private async begin(): Promise<void> {
    while (!this.closing) {
      try {
        await this.parts.admin.ensureStatic();
        await this.startStatic();
        return;
      } catch (error) {
        this.parts.logger.warn({ reason: messageOf(error) }, 'topics are not there yet; trying again');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  private async startStatic(): Promise<void> {
    const { kafka, names, app, instance, logger, observer, options, admin } = this.parts;
    const surroundings = { logger, observer };
    const ids = topicsReadBy(app).filter((id) => !topics[id].name.includes('<'));
    const broadcast = ids.filter((id) => topics[id].delivery === 'broadcast').map((id) => this.source(id, {}));
    const ends = await admin.endOffsets(broadcast.map(({ topic }) => topic));
    if (broadcast.length > 0) {
      this.broadcastGroup = `${names.prefix}.${app}.${instance}`;
      const groupId = this.broadcastGroup;
      const subscription = new SequentialSubscription(kafka, broadcast, { groupId, fromBeginning: true }, surroundings);
      this.run(`broadcast topics`, subscription, () => subscription.reached(ends));
      void subscription.reached(ends).then(() => this.caught.resolve(undefined));
    } else this.caught.resolve(undefined);
    for (const id of ids) {
      const source = this.source(id, {});
      if (topics[id].delivery === 'replies') {
        const groupId = `${names.prefix}.${app}.${instance}.${id}`;
        const assigner = fixedPartitionAssigner(this.replyPartition);
        this.run(
          id,
          new SequentialSubscription(kafka, [source], { groupId, fromBeginning: false, assigner }, surroundings),
        );
      } else if (topics[id].delivery === 'shared') {
        const groupId = names.group(app, id);
        this.run(
          id,
          new SharedSubscription(kafka, source, { groupId, ...options, onOwned: () => undefined }, surroundings),
        );
      }
    }
    this.waits.delete('topics');
  }

  private run(name: string, subscription: Subscription, after: () => Promise<void> = () => Promise.resolve()): void {
    this.waits.add(name);
    this.started.push(subscription);
    subscription.start();
    void subscription.ready.then(after).then(() => this.waits.delete(name));
  }

  private source(topicId: TopicId, parameters: TopicParameters): Source {
    const handler = this.messageHandlers.get(topicId);
    if (handler === undefined) throw new Error(`${this.parts.app} has no @OnBatch('${topicId}')`);
    return { topicId, parameters, topic: this.parts.names.of(topicId, parameters), handler: toBatchHandler(handler) };
  }
}

/** Nest's handlers may answer with a stream; it has been handled when the stream ends. */
function toBatchHandler(handler: MessageHandler): BatchHandler {
  return async (batch) => {
    const result: unknown = await handler(batch);
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  };
}
