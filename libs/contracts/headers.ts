/**
 * Kafka headers of requests, work, replies and dead letters.
 *
 * `kafka_*` are those that Spring Kafka and NestJS's `ClientKafka` already use; `ce_*` are CloudEvents 1.0 in Kafka's
 * binary mode; the `understudy-*` ones are ours.
 */
export const headers = {
  /** The request's id, where the producer gives one. */
  id: 'ce_id',
  ceType: 'ce_type',
  ceSource: 'ce_source',
  ceTime: 'ce_time',
  ceSubject: 'ce_subject',
  ceSpecVersion: 'ce_specversion',
  contentType: 'content-type',
  traceparent: 'traceparent',

  replyTopic: 'kafka_replyTopic',
  replyPartition: 'kafka_replyPartition',
  correlationId: 'kafka_correlationId',
  nestIsDisposed: 'kafka_nest-is-disposed',
  nestError: 'kafka_nest-err',

  /** The consumer's key that makes an assignment sticky (HTTP: `x-routing-key`). */
  routingKey: 'understudy-routing-key',
  /** Milliseconds since 1970, set once by the ingress and carried unchanged; else the record's timestamp counts. */
  requestedAt: 'understudy-requested-at',
  /** Milliseconds since 1970 after which nobody waits for the answer. */
  deadline: 'understudy-deadline',
  /** `http` where the ingress published it; else the request came from Kafka. */
  source: 'understudy-source',
  /** `fallback` on a second attempt, which the router sends to the plan's fallback. */
  attempt: 'understudy-attempt',
  /** A version that the caller named in the path: bypasses the allocation and enters no statistic. */
  pinned: 'understudy-pinned',
  /** The router's decision as JSON (`Decision`), on work records. */
  decision: 'understudy-decision',
  /** The backtest that a request of the past belongs to, on backtest records. */
  backtest: 'understudy-backtest',
  /** HTTP status that fits, on error replies. */
  status: 'understudy-status',
  /** The version that answered, on replies. */
  version: 'understudy-version',

  deadLetterReason: 'understudy-reason',
  deadLetterService: 'understudy-service',
  dltExceptionMessage: 'kafka_dlt-exception-message',
  dltExceptionClass: 'kafka_dlt-exception-fqcn',
  dltTopic: 'kafka_dlt-original-topic',
  dltPartition: 'kafka_dlt-original-partition',
  dltOffset: 'kafka_dlt-original-offset',
  dltTimestamp: 'kafka_dlt-original-timestamp',
} as const;
