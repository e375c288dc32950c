import type { Kafka, Producer } from 'kafkajs';
import type { Logger } from '#platform';
import { BacklogFullError, isOutage, KafkaUnavailableError, messageOf } from './errors.js';
import { createPartitioner, type Turn } from './partitioner.js';
import type { TopicRecord } from './records.js';
import { RefusedTopics } from './refused-topics.js';
import { sendApart } from './send-apart.js';
import { type Part, SendGroup, SendQueue, toTopicMessages } from './send-queue.js';

export type ProducerState = 'up' | 'down';

export interface ProducerLimits {
  /** Requests under way at once; what comes meanwhile waits and goes together. */
  readonly inFlight: number;
  readonly recordsPerRequest: number;
  readonly bytesPerRequest: number;
  /** Records waiting or under way; beyond, `send` rejects with BacklogFullError. */
  readonly backlog: number;
  /** A broker that has not answered for so long counts as gone. */
  readonly silenceMs: number;
}

export const defaultProducerLimits: ProducerLimits = {
  inFlight: 1,
  recordsPerRequest: 2_000,
  bytesPerRequest: 700_000,
  backlog: 50_000,
  silenceMs: 2_000,
};

const reconnectEveryMs = 250;

/**
 * Sends records with few requests: while one is under way, the next are collected and then go together. Resolves on
 * acknowledgement by all replicas. With the broker gone it fails at once, tries to reconnect for ever, and recovers.
 */
export class CoalescingProducer {
  private producer: Producer | undefined;
  private readonly queue = new SendQueue();
  private readonly refused = new RefusedTopics();
  private readonly flights = new Set<{ readonly since: number }>();
  private readonly listeners: ((state: ProducerState) => void)[] = [];
  private currentState: ProducerState = 'down';
  private readonly turn: Turn = { count: 0 };
  private recordsInFlight = 0;
  private flushScheduled = false;
  private connecting = false;
  private closed = false;
  private watch: NodeJS.Timeout | undefined;
  private idle: (() => void) | undefined;

  /** Records acknowledged and requests made, since the start. */
  readonly counts = { records: 0, requests: 0, failures: 0 };

  constructor(
    private readonly kafka: Kafka,
    private readonly logger: Logger,
    private readonly limits: ProducerLimits = defaultProducerLimits,
  ) {}

  /** `down`: every send rejects at once with KafkaUnavailableError. */
  get state(): ProducerState {
    return this.currentState;
  }

  /** Records waiting or under way. */
  get backlog(): number {
    return this.queue.size + this.recordsInFlight;
  }

  onStateChange(listener: (state: ProducerState) => void): void {
    this.listeners.push(listener);
  }

  /** Starts to connect, and goes on until it has; returns at once. */
  start(): void {
    this.watch = setInterval(() => this.watchFlights(), 250);
    this.watch.unref();
    void this.connect();
  }

  /** Resolves when the record is acknowledged. Rejects as `sendAll` does. */
  send(record: TopicRecord): Promise<void> {
    return this.sendAll([record]);
  }

  /**
   * Resolves when all records are acknowledged; rejects once all are settled where some failed: with
   * KafkaUnavailableError, BacklogFullError (none was sent) or RecordRefusedError (the others were sent).
   */
  sendAll(records: readonly TopicRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.closed || this.currentState === 'down')
      return Promise.reject(new KafkaUnavailableError('Kafka cannot be reached; trying to reconnect'));
    if (this.backlog + records.length > this.limits.backlog)
      return Promise.reject(new BacklogFullError(`${this.backlog} records wait to be sent to Kafka; try again later`));
    const refusal = this.refused.of(records);
    if (refusal !== undefined) return this.sendWithoutRefused(records, refusal);
    const group = new SendGroup(records);
    this.queue.add(group);
    this.scheduleFlush();
    return group.settled;
  }

  /** Sends what waits, within the time given, and disconnects. */
  async close(timeoutMs = 1_000): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.backlog > 0) {
      const drained = new Promise<void>((resolve) => (this.idle = resolve));
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref());
      await Promise.race([drained, timeout]);
    }
    clearInterval(this.watch);
    this.queue.rejectAll(new KafkaUnavailableError('the producer was closed'));
    await this.producer?.disconnect().catch(() => undefined);
  }

  private async sendWithoutRefused(records: readonly TopicRecord[], refusal: Error): Promise<void> {
    await this.sendAll(records.filter((record) => !this.refused.has(record.topic)));
    throw refusal;
  }

  /**
   * When what runs now has ended, and not a turn of the event loop later: by then the consumer whose record is passed on here would have
   * prepared its next fetch first. What comes later goes together once this request is answered.
   */
  private scheduleFlush(): void {
    if (this.flushScheduled || this.flights.size >= this.limits.inFlight) return;
    this.flushScheduled = true;
    queueMicrotask(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    while (this.queue.size > 0 && this.flights.size < this.limits.inFlight && this.producer !== undefined)
      void this.fly(this.producer, this.queue.take(this.limits.recordsPerRequest, this.limits.bytesPerRequest));
    if (this.backlog === 0) this.idle?.();
  }

  private async fly(producer: Producer, parts: Part[]): Promise<void> {
    const flight = { since: Date.now() };
    const records = parts.reduce((sum, { from, to }) => sum + to - from, 0);
    this.flights.add(flight);
    this.recordsInFlight += records;
    this.counts.requests++;
    this.turn.count++;
    try {
      await producer.sendBatch({ topicMessages: toTopicMessages(parts) });
      this.counts.records += records;
      this.changeState('up');
      for (const { group, from, to } of parts) group.settle(to - from);
    } catch (error) {
      this.counts.failures++;
      await this.recover(producer, parts, error);
    } finally {
      this.flights.delete(flight);
      this.recordsInFlight -= records;
      if (this.currentState === 'down' && this.flights.size === 0) this.reconnect();
      this.flush();
    }
  }

  private async recover(producer: Producer, parts: Part[], error: unknown): Promise<void> {
    if (isOutage(error)) {
      const outage = new KafkaUnavailableError(`Kafka cannot be reached: ${messageOf(error)}`, { cause: error });
      for (const { group, from, to } of parts) group.settle(to - from, outage);
      if (producer === this.producer) this.lose(outage);
      return;
    }
    // Some record is at fault, or a topic has gone; a fresh client knows no topic that could fail the others.
    this.logger.warn({ err: error }, 'sending failed; sending apart to find the record at fault');
    const apart = this.createProducer();
    await sendApart(apart, parts, this.refused, this.logger);
    await this.replace(producer, apart);
  }

  /** Puts a fresh client in the place of one that knows a topic that has gone. */
  private async replace(old: Producer, fresh: Producer): Promise<void> {
    if (this.producer !== old || this.closed) {
      await fresh.disconnect().catch(() => undefined);
      return;
    }
    this.producer = fresh;
    void old.disconnect().catch(() => undefined);
  }

  private lose(reason: KafkaUnavailableError): void {
    this.changeState('down', reason.message);
    this.queue.rejectAll(reason);
    this.reconnect();
  }

  /**
   * A fresh client, which tells when Kafka answers again. Where a request was silent for too long and then failed for a reason of its own,
   * nothing else would: while down, nothing is sent.
   */
  private reconnect(): void {
    const lost = this.producer;
    this.producer = undefined;
    void lost?.disconnect().catch(() => undefined);
    if (!this.closed) void this.connect();
  }

  private async connect(): Promise<void> {
    if (this.connecting) return;
    this.connecting = true;
    while (!this.closed && this.producer === undefined) {
      const producer = this.createProducer();
      try {
        await producer.connect();
        this.producer = producer;
        this.changeState('up');
      } catch {
        await producer.disconnect().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, reconnectEveryMs));
      }
    }
    this.connecting = false;
    if (this.closed) await this.producer?.disconnect().catch(() => undefined);
  }

  private createProducer(): Producer {
    return this.kafka.producer({
      createPartitioner: createPartitioner(this.turn),
      allowAutoTopicCreation: false,
      retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 300 },
    });
  }

  /**
   * A broker that is frozen closes no connection: requests that get no answer tell. Once none is overdue any more, whether
   * it was answered, refused or sent apart, sends are let through again and tell for themselves.
   */
  private watchFlights(): void {
    const now = Date.now();
    const overdue = [...this.flights].some(({ since }) => now - since > this.limits.silenceMs);
    if (!overdue) {
      if (this.producer !== undefined) this.changeState('up');
      return;
    }
    if (this.currentState === 'down') return;
    const silence = `no answer from Kafka for ${this.limits.silenceMs} ms`;
    this.changeState('down', silence);
    this.queue.rejectAll(new KafkaUnavailableError(silence));
  }

  private changeState(state: ProducerState, reason?: string): void {
    if (this.currentState === state) return;
    this.currentState = state;
    if (state === 'down') this.logger.error({ reason }, 'Kafka cannot be reached: sends fail until it is back');
    else this.logger.info('connected to Kafka');
    for (const listener of this.listeners) listener(state);
  }
}
