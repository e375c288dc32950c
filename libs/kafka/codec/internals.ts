import type { PartitionMetadata } from 'kafkajs';

// What kafkajs 2.2.4 passes between its modules, as far as the replacements use it.

/** A message as it was given to `producer.send`: unchecked, but for the presence of a value. */
export interface Message {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly timestamp?: unknown;
  readonly partition?: unknown;
}

/** Anything with these stands for one of kafkajs's encoders where it is written into another. */
export interface Encoded {
  /** The memory; written up to `offset`. */
  readonly buf: Buffer;
  readonly offset: number;
  /** What was written. */
  readonly buffer: Buffer;
  size(): number;
}

export const encoded = (buffer: Buffer): Encoded => ({
  ...{ buf: buffer, buffer, offset: buffer.length },
  size: () => buffer.length,
});

export interface ProtocolRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly encode: () => Promise<Encoded>;
}

export interface ProduceParameters {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  readonly producerId?: unknown;
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: readonly Message[];
    }[];
  }[];
}

export interface ProduceRequest extends ProtocolRequest {
  readonly expectResponse: () => boolean;
}

export type CreateProduceRequest = (parameters: ProduceParameters) => ProduceRequest;

export type Partitioner = (given: {
  topic: string;
  partitionMetadata: PartitionMetadata[];
  message: Message;
}) => number | string;

/** One of kafkajs's decoders. */
export interface Decoder {
  readonly buffer: Buffer;
  offset: number;
}

export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly magicByte: number;
}

type HeaderValue = Buffer | null;

/** A record as kafkajs hands it to consumers. */
export interface FetchedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, HeaderValue | HeaderValue[]>;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

export type DecodeMessages = (decoder: Decoder) => Promise<FetchedRecord[]> | FetchedRecord[];

/** A whole number of so few digits that a number holds it exactly. */
export const exactDigits = /^\d{1,15}$/;

export interface FetchParameters {
  readonly replicaId: number;
  readonly isolationLevel?: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
  readonly forgottenTopics?: readonly unknown[];
  readonly rackId?: string | null;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly currentLeaderEpoch?: number;
      readonly fetchOffset: unknown;
      readonly logStartOffset?: unknown;
      readonly maxBytes: number;
    }[];
  }[];
}

export type CreateFetchRequest = (parameters: FetchParameters) => ProtocolRequest;

/** Puts a request's header in front of what it encodes to. */
export type CreateRequest = (given: {
  correlationId: number;
  clientId?: string | null;
  request: Pick<ProtocolRequest, 'apiKey' | 'apiVersion' | 'encode'>;
}) => Promise<Encoded>;
