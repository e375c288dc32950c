import { z } from 'zod';
import { appNames } from './names.js';

const failed = z.object({ error: z.string() });

/** A part of the status, or why it could not be found out: the others stand. */
export type StatusPart<Part> = Part | z.infer<typeof failed>;
const orWhy = <Part extends z.ZodType>(part: Part) => z.union([part, failed]);

/** One living instance of a service, by its heartbeats. */
const instanceStatus = z.object({
  instance: z.string(),
  /** The deployer that leads. */
  leads: z.boolean().optional(),
  /** Of a worker: versions that answer there. */
  versions: z.int().optional(),
});
export type InstanceStatus = z.infer<typeof instanceStatus>;

const serviceStatus = z.object({ app: z.enum(appNames), instances: z.array(instanceStatus) });
export type ServiceStatus = z.infer<typeof serviceStatus>;

/** A version that is loaded somewhere, or could not be. */
const loadedVersion = z.object({
  endpoint: z.string(),
  version: z.string(),
  workers: z.int(),
  /** By worker. */
  failures: z.array(z.object({ instance: z.string(), error: z.string() })),
});
export type LoadedVersion = z.infer<typeof loadedVersion>;

/** What a group of consumers has not read yet. */
const topicLag = z.object({
  topic: z.string(),
  app: z.enum(appNames),
  group: z.string(),
  /** Records, over all partitions. */
  lag: z.int(),
});
export type TopicLag = z.infer<typeof topicLag>;

/** A day of the prediction log. */
const logPartition = z.object({
  name: z.string(),
  /** As Postgres last counted them; null: it has not yet. */
  rows: z.int().nullable(),
  bytes: z.int(),
});
export type LogPartition = z.infer<typeof logPartition>;

const kafkaStatus = z.object({ brokers: z.int(), topics: z.int() });
export type KafkaStatus = z.infer<typeof kafkaStatus>;

const postgresStatus = z.object({ version: z.string(), databaseBytes: z.int(), connections: z.int() });
export type PostgresStatus = z.infer<typeof postgresStatus>;

/** A volume that the deployer sees. */
const diskStatus = z.object({ path: z.string(), bytes: z.number(), freeBytes: z.number() });
export type DiskStatus = z.infer<typeof diskStatus>;

/** `GET /api/v1/status`. */
export const statusView = z.object({
  at: z.iso.datetime(),
  /** What is wrong, in words; empty where nothing is. */
  problems: z.array(z.string()),
  kafka: orWhy(kafkaStatus),
  postgres: orWhy(postgresStatus),
  services: orWhy(z.array(serviceStatus)),
  versions: orWhy(z.array(loadedVersion)),
  /** The greatest first. */
  lags: orWhy(z.array(topicLag)),
  /** Records that the topic of dead letters holds. */
  deadLetters: orWhy(z.object({ count: z.int() })),
  /** The newest first. */
  partitions: orWhy(z.array(logPartition)),
  disks: orWhy(z.array(diskStatus)),
});
export type StatusView = z.infer<typeof statusView>;

export const failedPart = <Part>(part: StatusPart<Part>): part is z.infer<typeof failed> =>
  typeof part === 'object' && part !== null && 'error' in part;
