import type { LoopFigures } from './harness/closed-loop.js';

/** One closed-loop load and what it cost. */
export interface Load extends LoopFigures {
  /** CPU microseconds a request (answered well) of each process, by its name; empty where the system does not tell. */
  readonly cpuMicros: Readonly<Record<string, number>>;
}

/** A figure that is no load, e.g. rows a second. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** How it was taken. */
  readonly detail: string;
}

export interface Result {
  readonly loads?: readonly Load[];
  readonly figures?: readonly Figure[];
  /** Whatever else was measured, for the file. */
  readonly raw?: unknown;
}

/** How long and how hard. */
export interface Effort {
  readonly concurrents: readonly number[];
  /** Milliseconds of load before each measured one. */
  readonly warmUpMs: number;
  /** Milliseconds measured at each load. */
  readonly measureMs: number;
  /** Rows, truths and samples asked for are multiplied by this. */
  readonly scale: number;
  /** Rows of a prediction log that is long. */
  readonly logRows: number;
}

/** What a benchmark works with. */
export interface Context extends Effort {
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  /** Unique to this run of this benchmark: for topics and groups, of letters, digits, dots and hyphens. */
  readonly prefix: string;
  /** Processes that serve every benchmark, e.g. Kafka, by name; empty where they are not ours. */
  readonly shared: Readonly<Record<string, number>>;
  /** Folder for what a benchmark leaves while it runs; removed afterwards. */
  readonly folder: string;
  /** Folder for the CPU profiles of the processes under load, where they were asked for. */
  readonly profiles: string | undefined;
  say(line: string): void;
}

/** One file a benchmark; `benchmarks.ts` registers it. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  run(context: Context): Promise<Result>;
}
