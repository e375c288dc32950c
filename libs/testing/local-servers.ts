import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './repository.js';

/** A server that was started as a child of this process. */
export interface LocalServer {
  readonly pid: number;
  /** Resolves once its process has gone, by itself too. */
  readonly exited: Promise<unknown>;
  /** Stops it in order and waits for its end. Its data stay. */
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly dataDir: string;
  readonly port: number;
  /** File for what the server prints. */
  readonly log?: string;
  /** Gets lines of progress. */
  readonly say?: (line: string) => void;
}

interface KafkaTool {
  readonly startKafka: (options: ServerOptions) => Promise<LocalServer & { readonly brokers: string }>;
  readonly endLeftOverKafka: (dataDir: string) => Promise<void>;
}

interface PostgresTool {
  readonly startPostgres: (
    options: ServerOptions & { readonly durable?: boolean },
  ) => Promise<LocalServer & { readonly url: string }>;
  readonly endLeftOverPostgres: (dataDir: string) => Promise<void>;
  readonly removePostgresData: (dataDir: string) => void;
}

// The tools are plain JavaScript, since they run before anything is installed; a build of this file finds them too.
const tool = async (name: string): Promise<unknown> =>
  import(/* @vite-ignore */ pathToFileURL(join(repository, 'tools', `${name}.mjs`)).href);

/** Apache Kafka as a child process. */
export const kafkaTool = async (): Promise<KafkaTool> => (await tool('local-kafka')) as KafkaTool;

/** Postgres as a child process. */
export const postgresTool = async (): Promise<PostgresTool> => (await tool('local-postgres')) as PostgresTool;

/** Whether a process with this id runs. */
export const isAlive = async (pid: number): Promise<boolean> =>
  ((await tool('processes')) as { isAlive(pid: number): boolean }).isAlive(pid);

/** A port of 127.0.0.1 that was free a moment ago. */
export const freePort = async (): Promise<number> =>
  ((await tool('ports')) as { freePort(): Promise<number> }).freePort();
