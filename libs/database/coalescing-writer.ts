/** A row that was not written, because it can never be, and why. */
export interface Refusal<Row> {
  readonly row: Row;
  readonly error: Error;
}

export interface WriterOptions<Row> {
  /** Writes rows in one transaction, waiting for Postgres if it must. */
  readonly write: (rows: readonly Row[]) => Promise<void>;
  /** Whether a failure speaks of the rows, so that some of them have to be left out. Other failures go to the callers. */
  readonly isRefused: (error: unknown) => boolean;
  /** Rows in one transaction and bytes of them, at most; one call's rows stay together, so it can be more. */
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly bytesOf: (row: Row) => number;
  /** Pause between two transactions in which rows collect, while there is less than one transaction of them. Milliseconds. */
  readonly lingerMs: number;
}

interface Job<Row> {
  readonly rows: readonly Row[];
  readonly bytes: number;
  readonly resolve: (refusals: Refusal<Row>[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts what several callers write at the same time into one transaction: while one is under way, the next collects. Rows keep
 * the order of the calls. A row that Postgres refuses is found by halving and left out; the others are written.
 */
export class CoalescingWriter<Row> {
  private jobs: Job<Row>[] = [];
  private waitingRows = 0;
  private waitingBytes = 0;
  private running = false;
  private endLinger: (() => void) | undefined;

  constructor(private readonly options: WriterOptions<Row>) {}

  /** Resolves when the rows are committed, with those that were refused. */
  write(rows: readonly Row[]): Promise<Refusal<Row>[]> {
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const bytes = rows.reduce((sum, row) => sum + this.options.bytesOf(row), 0);
      this.jobs.push({ rows, bytes, resolve, reject });
      this.waitingRows += rows.length;
      this.waitingBytes += bytes;
      if (this.isFull) this.endLinger?.();
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    // Callers of one turn of the event loop, such as the partitions of one fetch, come together also when nothing was under way.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.jobs.length > 0) {
      await this.writeJobs(this.take());
      if (!this.isFull) await this.linger();
    }
    this.running = false;
  }

  private get isFull(): boolean {
    return this.waitingRows >= this.options.maxRows || this.waitingBytes >= this.options.maxBytes;
  }

  private take(): Job<Row>[] {
    const taken: Job<Row>[] = [];
    let rows = 0;
    let bytes = 0;
    for (const job of this.jobs) {
      const tooMuch = rows + job.rows.length > this.options.maxRows || bytes + job.bytes > this.options.maxBytes;
      if (taken.length > 0 && tooMuch) break;
      taken.push(job);
      rows += job.rows.length;
      bytes += job.bytes;
    }
    this.jobs = this.jobs.slice(taken.length);
    this.waitingRows -= rows;
    this.waitingBytes -= bytes;
    return taken;
  }

  private async writeJobs(jobs: readonly Job<Row>[]): Promise<void> {
    try {
      const refusals = await this.writeOrHalve(jobs.flatMap((job) => job.rows));
      const byRow = new Map(refusals.map((refusal) => [refusal.row, refusal]));
      for (const { rows, resolve } of jobs) resolve(rows.flatMap((row) => byRow.get(row) ?? []));
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    }
  }

  private async writeOrHalve(rows: readonly Row[]): Promise<Refusal<Row>[]> {
    try {
      await this.options.write(rows);
      return [];
    } catch (error) {
      if (!this.options.isRefused(error)) throw error;
      const [first] = rows;
      if (rows.length === 1 && first !== undefined) {
        return [{ row: first, error: error instanceof Error ? error : new Error(String(error)) }];
      }
      const half = Math.ceil(rows.length / 2);
      const refusals = await this.writeOrHalve(rows.slice(0, half));
      return refusals.concat(await this.writeOrHalve(rows.slice(half)));
    }
  }

  private async linger(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.lingerMs);
      this.endLinger = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endLinger = undefined;
  }
}
