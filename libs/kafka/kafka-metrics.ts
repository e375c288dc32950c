import { Counter, Gauge, Registry } from 'prom-client';
import type { CoalescingProducer } from './coalescing-producer.js';
import type { DeadLetters } from './dead-letters.js';
import type { SubscriptionObserver } from './subscription.js';

/** Counts what consumers bring; per batch, not per record. */
export function consumerMetrics(registry: Registry): SubscriptionObserver {
  const registers = [registry];
  const records = new Counter({
    name: 'understudy_records_read_total',
    help: 'Records read.',
    labelNames: ['topic'],
    registers,
  });
  const batches = new Counter({
    name: 'understudy_batches_read_total',
    help: 'Batches read.',
    labelNames: ['topic'],
    registers,
  });
  const failures = new Counter({
    name: 'understudy_batch_failures_total',
    help: 'Attempts at a batch that failed and were made again.',
    labelNames: ['topic'],
    registers,
  });
  return {
    batch: (topic, count) => {
      records.inc({ topic }, count);
      batches.inc({ topic });
    },
    failure: (topic) => failures.inc({ topic }),
  };
}

/** The producer's own counts, read when Prometheus asks. */
export function producerMetrics(registry: Registry, producer: CoalescingProducer, deadLetters: DeadLetters): void {
  const gauges: [name: string, help: string, value: () => number][] = [
    ['understudy_records_sent_total', 'Records acknowledged by Kafka.', () => producer.counts.records],
    ['understudy_send_requests_total', 'Requests made to send records.', () => producer.counts.requests],
    ['understudy_send_failures_total', 'Requests to send records that failed.', () => producer.counts.failures],
    ['understudy_send_backlog', 'Records waiting or under way to Kafka.', () => producer.backlog],
    ['understudy_kafka_up', '1 while Kafka can be written to.', () => (producer.state === 'up' ? 1 : 0)],
    ['understudy_dead_letters_total', 'Records that could not be read.', () => deadLetters.count],
  ];
  for (const [name, help, value] of gauges)
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
}
