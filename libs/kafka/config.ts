import { z } from 'zod';
import { commaList } from '#platform';

/** Variables of every service that talks to Kafka. */
export const kafkaEnv = {
  KAFKA_BROKERS: commaList
    .refine((brokers) => brokers.length > 0, 'expected host:port, or several with commas between')
    .default(['127.0.0.1:19092'])
    .describe('Brokers to begin with: host:port, with commas between; absent: 127.0.0.1:19092.'),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, ".", "_" and "-", at most 100')
    .default('understudy')
    .describe('What the names of all topics and groups start with.'),
};

/** Variables of the services that answer requests. */
export const replyEnv = {
  REPLY_TOPICS: commaList
    .optional()
    .describe(
      'Topics that replies may go to: names, `*` stands for anything; absent: the prefix’s `replies`, `*.reply`, `*.replies`.',
    ),
};

export interface KafkaConfig {
  readonly KAFKA_BROKERS: readonly string[];
  readonly TOPIC_PREFIX: string;
  readonly REPLY_TOPICS?: readonly string[] | undefined;
}
