import { Inject, Injectable } from '@nestjs/common';
import { CoalescingProducer, KafkaBatchServer, TopicNames, type TopicRecord } from '#kafka';
import { Readiness } from '#platform';
import { INGRESS_CONFIG, type IngressConfig } from './config.js';
import { makeRequest, makeSecondAttempt, type Question } from './make-request.js';
import { notReady, tryAgain } from './problem.js';
import { WaitingRequests, type Answer } from './waiting-requests.js';

/** Puts a request into Kafka and waits for its answer. */
@Injectable()
export class Ask {
  /** The partition that answers are to go to, as a header: 4 bytes, big-endian. */
  private readonly partition = Buffer.alloc(4);

  constructor(
    private readonly producer: CoalescingProducer,
    server: KafkaBatchServer,
    private readonly topics: TopicNames,
    private readonly waiting: WaitingRequests,
    private readonly readiness: Readiness,
    @Inject(INGRESS_CONFIG) private readonly config: Pick<IngressConfig, 'MAX_IN_FLIGHT'>,
  ) {
    this.partition.writeInt32BE(server.replyPartition);
  }

  /**
   * The answer of whichever version comes first. Half of the plan's time later the fallback is asked too, unless the
   * caller named the version. Rejects with a Problem: 503 while Kafka is out of reach, 429 with too many waiting, 504 with
   * no answer in time.
   */
  ask(question: Question): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.admit();
      const { timeoutMs } = question.plan;
      const onHalf = (): void => {
        if (question.pinned === undefined) this.send(makeSecondAttempt(record), correlationId);
      };
      const correlationId = this.waiting.open({ timeoutMs, resolve, reject, onHalf });
      const replyTo = { topic: this.topics.of('replies'), partition: this.partition, correlationId };
      const record = makeRequest(question, replyTo, Date.now(), this.topics);
      this.send(record, correlationId);
    });
  }

  /** @throws Problem where no request can be taken now */
  private admit(): void {
    if (!this.readiness.ready) throw notReady(this.readiness);
    if (this.waiting.size >= this.config.MAX_IN_FLIGHT) throw tryAgain(429, 'too many requests wait for an answer');
  }

  private send(record: TopicRecord, correlationId: string): void {
    this.producer.send(record).catch((error: unknown) => this.waiting.reject(correlationId, error as Error));
  }
}
