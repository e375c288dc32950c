import type { AppName } from './names.js';

/** A part of the status, or why it could not be found out: the others stand. */
export type StatusPart<Part> = Part | { readonly error: string };

/** One living instance of a service, by its heartbeats. */
export interface InstanceStatus {
  readonly instance: string;
  /** The deployer that leads. */
  readonly leads?: boolean;
  /** Of a worker: versions that answer there. */
  readonly versions?: number;
}

export interface ServiceStatus {
  readonly app: AppName;
  readonly instances: readonly InstanceStatus[];
}

/** A version that is loaded somewhere, or could not be. */
export interface LoadedVersion {
  readonly endpoint: string;
  readonly version: string;
  readonly workers: number;
  /** By worker. */
  readonly failures: readonly { readonly instance: string; readonly error: string }[];
}

/** What a group of consumers has not read yet. */
export interface TopicLag {
  readonly topic: string;
  readonly app: AppName;
  readonly group: string;
  /** Records, over all partitions. */
  readonly lag: number;
}

/** A day of the prediction log. */
export interface LogPartition {
  readonly name: string;
  /** As Postgres last counted them; null: it has not yet. */
  readonly rows: number | null;
  readonly bytes: number;
}

export interface KafkaStatus {
  readonly brokers: number;
  readonly topics: number;
}

export interface PostgresStatus {
  readonly version: string;
  readonly databaseBytes: number;
  readonly connections: number;
}

/** A volume that the deployer sees. */
export interface DiskStatus {
  readonly path: string;
  readonly bytes: number;
  readonly freeBytes: number;
}

/** `GET /api/v1/status`. */
export interface StatusView {
  readonly at: string;
  /** What is wrong, in words; empty where nothing is. */
  readonly problems: readonly string[];
  readonly kafka: StatusPart<KafkaStatus>;
  readonly postgres: StatusPart<PostgresStatus>;
  readonly services: StatusPart<readonly ServiceStatus[]>;
  readonly versions: StatusPart<readonly LoadedVersion[]>;
  /** The greatest first. */
  readonly lags: StatusPart<readonly TopicLag[]>;
  /** Records that the topic of dead letters holds. */
  readonly deadLetters: StatusPart<{ readonly count: number }>;
  /** The newest first. */
  readonly partitions: StatusPart<readonly LogPartition[]>;
  readonly disks: StatusPart<readonly DiskStatus[]>;
}

export const failedPart = <Part>(part: StatusPart<Part>): part is { readonly error: string } =>
  typeof part === 'object' && part !== null && 'error' in part;
