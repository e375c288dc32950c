import type { TopicId, TopicParameters } from '#contracts';

/** A record as it came. Of a header given more than once, the last one counts. */
export interface IncomingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly offset: string;
  /** Milliseconds since 1970, as the topic stamps its records. */
  readonly timestamp: number;
  readonly topic: string;
  readonly partition: number;
}

/** What one fetch brought of one partition, in order. */
export interface RecordBatch {
  readonly topicId: TopicId;
  /** Parts of the topic's name. */
  readonly parameters: TopicParameters;
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly IncomingRecord[];
}

/**
 * A record to send. Without `partition` the key decides as in Kafka's own clients (murmur2); without a key, those sent
 * together go together, and the partitions take turns.
 */
export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  /** A partition that the topic does not have is not an error: the key decides then. */
  readonly partition?: number;
  /** Milliseconds since 1970; default: when it is sent. */
  readonly timestamp?: number;
}

/** A record with the full name of its topic in Kafka (`TopicNames.of`). */
export interface TopicRecord extends OutgoingRecord {
  readonly topic: string;
}
