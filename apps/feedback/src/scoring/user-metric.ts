import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { ScoringError, shown } from '#scoring';

/** To the thread: a row to be scored. */
export interface ToMetric {
  readonly truth: unknown;
  readonly answer: unknown;
  readonly options: unknown;
}

/** From the thread: once that it is loaded, or not; then what becomes of each row. */
export type FromMetric =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'scored'; readonly reward: unknown }
  | { readonly kind: 'refused'; readonly error: string; readonly fault: 'truth' | 'answer' };

export interface MetricThreadData {
  readonly path: string;
  readonly port: MessagePort;
  /** Becomes 1 when there is a message. */
  readonly answered: Int32Array;
}

/** Beside the source it is TypeScript, which Node strips of its types; in the build JavaScript. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './user-metric-thread.ts' : './user-metric-thread.js',
  import.meta.url,
);

export interface UserMetricLimits {
  readonly loadMs: number;
  readonly scoreMs: number;
  /** How long it is left alone after it did not answer. */
  readonly restMs: number;
}
const usual: UserMetricLimits = { loadMs: 5_000, scoreMs: 1_000, restMs: 60_000 };

/**
 * A metric of the user's own: a module that exports `score({ truth, answer, options })`, which returns the reward of a row or a promise of it.
 * It runs in a thread of its own, and the caller waits for it: scoring is one step of a transaction. Whatever it does wrong is a ScoringError:
 * what it throws (an error named `InvalidAnswer` is the answer's fault, any other the truth's), a reward that is no number, no answer in time.
 */
export class UserMetric {
  private thread: { readonly worker: Worker; readonly port: MessagePort; readonly answered: Int32Array } | undefined;
  private problem = '';
  private restsUntil = -Infinity;

  constructor(
    private readonly path: string,
    private readonly options: unknown,
    private readonly limits = usual,
  ) {}

  /** @throws ScoringError */
  score(truth: unknown, answer: unknown): number {
    if (performance.now() < this.restsUntil) throw new ScoringError(this.problem, 'truth');
    this.thread ??= this.load();
    const { port, answered } = this.thread;
    Atomics.store(answered, 0, 0);
    port.postMessage({ truth, answer, options: this.options } satisfies ToMetric);
    const message = this.next(this.limits.scoreMs);
    if (message.kind === 'refused') throw new ScoringError(message.error, message.fault);
    if (message.kind !== 'scored') return this.giveUp(`it answered with "${message.kind}"`);
    const { reward } = message;
    if (typeof reward === 'number' && Number.isFinite(reward)) return reward;
    throw new ScoringError(`${this.path} gave ${shown(reward)}; expected a number`, 'truth');
  }

  close(): void {
    void this.thread?.worker.terminate();
    this.thread = undefined;
  }

  private load(): NonNullable<UserMetric['thread']> {
    const { port1: port, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const workerData: MetricThreadData = { path: this.path, port: port2, answered };
    const worker = new Worker(threadFile, { workerData, transferList: [port2] });
    worker.on('error', () => undefined); // its rows find it silent
    worker.unref();
    port.unref();
    this.thread = { worker, port, answered };
    const message = this.next(this.limits.loadMs);
    return message.kind === 'failed' ? this.giveUp(message.error) : this.thread;
  }

  private next(limitMs: number): FromMetric {
    if (this.thread === undefined) return this.giveUp('it is not loaded');
    const { port, answered } = this.thread;
    Atomics.wait(answered, 0, 0, limitMs);
    const received = receiveMessageOnPort(port);
    return (received?.message as FromMetric | undefined) ?? this.giveUp(`it did not answer within ${limitMs} ms`);
  }

  private giveUp(reason: string): never {
    this.close();
    this.problem = `the metric ${this.path} cannot be used: ${reason}; it is tried again ${this.limits.restMs / 1000} s later`;
    this.restsUntil = performance.now() + this.limits.restMs;
    throw new ScoringError(this.problem, 'truth');
  }
}
