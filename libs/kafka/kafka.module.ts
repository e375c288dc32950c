import { type DynamicModule, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { Registry } from 'prom-client';
import { LOGGER, type Logger, Readiness, ServiceInfo } from '#platform';
import { CoalescingProducer, defaultProducerLimits, type ProducerLimits } from './coalescing-producer.js';
import type { KafkaConfig } from './config.js';
import { DeadLetters } from './dead-letters.js';
import { Heartbeater } from './heartbeater.js';
import { KafkaBatchServer, type KafkaBatchServerOptions } from './kafka-batch-server.js';
import { createKafka } from './kafka-client.js';
import { consumerMetrics, producerMetrics } from './kafka-metrics.js';
import { ReplyTopics } from './reply.js';
import { consumerRetry } from './supervised-consumer.js';
import { TopicAdmin } from './topic-admin.js';
import { TopicNames } from './topic-names.js';
import { TopicReader } from './topic-reader.js';

export interface KafkaModuleOptions extends Partial<KafkaBatchServerOptions> {
  readonly producer?: Partial<ProducerLimits>;
}

const defaultMaxInFlight = 4_096;

/** Everything that talks to Kafka, for injection anywhere in the service. */
@Module({})
export class KafkaModule implements OnApplicationShutdown {
  constructor(
    private readonly producer: CoalescingProducer,
    private readonly admin: TopicAdmin,
    server: KafkaBatchServer,
    readiness: Readiness,
    registry: Registry,
    deadLetters: DeadLetters,
  ) {
    producerMetrics(registry, producer, deadLetters);
    readiness.add('kafka', () => producer.state === 'up' || 'a broker that answers');
    readiness.add('topics', () => {
      const waits = server.waitsFor();
      return waits.length === 0 || waits.join(', ');
    });
    producer.start();
  }

  /** Last of all: until here, handlers and hooks may send. */
  async onApplicationShutdown(): Promise<void> {
    await this.producer.close();
    await this.admin.close();
  }

  static for(config: KafkaConfig, options: KafkaModuleOptions = {}): DynamicModule {
    const providers: Provider[] = [
      { provide: TopicNames, useValue: new TopicNames(config.TOPIC_PREFIX) },
      {
        provide: ReplyTopics,
        useValue: config.REPLY_TOPICS ? new ReplyTopics(config.REPLY_TOPICS) : ReplyTopics.default(config.TOPIC_PREFIX),
      },
      {
        provide: CoalescingProducer,
        inject: [ServiceInfo, LOGGER],
        useFactory: ({ instance }: ServiceInfo, logger: Logger) => {
          // Fails fast: who sends decides whether to try again.
          const retry = { retries: 1, initialRetryTime: 50, maxRetryTime: 200 };
          const kafka = createKafka(config.KAFKA_BROKERS, instance, logger, { retry });
          return new CoalescingProducer(kafka, logger, { ...defaultProducerLimits, ...options.producer });
        },
      },
      {
        provide: TopicAdmin,
        inject: [ServiceInfo, LOGGER, TopicNames],
        useFactory: ({ instance }: ServiceInfo, logger: Logger, names: TopicNames) =>
          new TopicAdmin(createKafka(config.KAFKA_BROKERS, instance, logger, { retry: { retries: 2 } }), names),
      },
      {
        provide: TopicReader,
        inject: [ServiceInfo, LOGGER, TopicNames, TopicAdmin],
        useFactory: ({ instance }: ServiceInfo, logger: Logger, names: TopicNames, admin: TopicAdmin) =>
          new TopicReader(createKafka(config.KAFKA_BROKERS, instance, logger), names, admin, logger),
      },
      {
        provide: KafkaBatchServer,
        inject: [ServiceInfo, LOGGER, TopicNames, TopicAdmin, Registry],
        useFactory: (
          service: ServiceInfo,
          logger: Logger,
          names: TopicNames,
          admin: TopicAdmin,
          registry: Registry,
        ) => {
          const { app, instance } = service;
          const kafka = createKafka(config.KAFKA_BROKERS, instance, logger, { retry: consumerRetry });
          const observer = consumerMetrics(registry);
          const serverOptions = { ...options, maxInFlight: options.maxInFlight ?? defaultMaxInFlight };
          return new KafkaBatchServer({ kafka, admin, names, app, instance, logger, observer, options: serverOptions });
        },
      },
      {
        provide: DeadLetters,
        inject: [CoalescingProducer, TopicNames, ServiceInfo, LOGGER],
        useFactory: (producer: CoalescingProducer, names: TopicNames, service: ServiceInfo, logger: Logger) =>
          new DeadLetters(producer, names, service, logger),
      },
      {
        provide: Heartbeater,
        inject: [CoalescingProducer, TopicNames, ServiceInfo, LOGGER],
        useFactory: (producer: CoalescingProducer, names: TopicNames, service: ServiceInfo, logger: Logger) =>
          new Heartbeater(producer, names, service, logger),
      },
    ];
    return {
      module: KafkaModule,
      global: true,
      providers,
      exports: [
        TopicNames,
        ReplyTopics,
        CoalescingProducer,
        TopicAdmin,
        TopicReader,
        KafkaBatchServer,
        DeadLetters,
        Heartbeater,
      ],
    };
  }
}
