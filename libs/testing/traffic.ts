import type pg from 'pg';
import { digit, v1Question, v2Question } from './digits.js';
import { eventually } from './eventually.js';
import type { ServingClient } from './serving-client.js';
import type { Upstream } from './upstream.js';

export type Door = 'http' | 'kafka';
export type TruthDoor = Door | 'sql';

/** Where traffic goes, and where it looks for what came of it. */
export interface TrafficTarget {
  readonly serving: ServingClient;
  readonly upstream: Upstream;
  readonly pool: pg.Pool;
}

export interface TrafficOptions {
  readonly endpoint: string;
  readonly perSecond?: number;
  /** Taken in turn. */
  readonly doors?: readonly Door[];
  /** How truth follows, in turn by each door; absent: none comes. */
  readonly truth?: { readonly delayMs: number; readonly doors?: readonly TruthDoor[] };
  /** Consumers that the requests are spread over, by routing key; absent: no keys. */
  readonly keys?: number;
  /** Requests over HTTP that may wait for their answer at one time; those above it are left out. */
  readonly maxWaiting?: number;
}

interface Request {
  readonly id: string;
  readonly n: number;
  readonly door: Door;
  readonly key?: string;
}

const tickMs = 50;

/**
 * Requests at a steady pace over both doors, truth behind them, and a record of what was accepted: answered 200, or
 * acknowledged by Kafka. What is refused is counted and not repeated; truth is repeated until a door takes it.
 */
export class Traffic {
  /** Ids of accepted requests. */
  readonly accepted = new Set<string>();
  /** Ids whose truth a door took, with the label. */
  readonly truths = new Map<string, number>();
  /** How often each HTTP status came back instead of 200, and each error where no answer came. */
  readonly refused = new Map<string, number>();
  /** Versions that answered over HTTP. */
  readonly answeredBy = new Map<string, number>();
  private sent = 0;
  private owed = 0;
  private waiting = 0;
  private readonly truthDue: { id: string; label: number; at: number; door: TruthDoor }[] = [];
  private truthCount = 0;
  private readonly running = new Set<Promise<unknown>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stack: TrafficTarget,
    private readonly options: TrafficOptions,
  ) {
    this.goOn();
  }

  /** Ends the requests, until `goOn` if at all: waits for the answers that are due, and delivers the truth that is owed. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    while (this.running.size > 0) await Promise.all(this.running);
    await eventually(
      async () => {
        await this.deliverTruth(Infinity);
        return this.truthDue.length === 0;
      },
      { timeoutMs: 60_000, what: 'every truth taken' },
    );
  }

  goOn(): void {
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  /** Waits until so many requests have been accepted since now. */
  async more(count: number, timeoutMs = 60_000): Promise<void> {
    const from = this.accepted.size;
    await eventually(() => this.accepted.size >= from + count, { timeoutMs, what: `${count} more accepted requests` });
  }

  /** Ends the requests and drops the truth that is owed: for a test that is over. */
  abandon(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.truthDue.length = 0;
  }

  private tick(): void {
    const { perSecond = 100, doors = ['http', 'kafka'], maxWaiting = 500, keys } = this.options;
    const byKafka: Request[] = [];
    for (this.owed += (perSecond * tickMs) / 1_000; this.owed >= 1; this.owed -= 1) {
      const n = this.sent++;
      const door = doors[n % doors.length] ?? 'http';
      const key = keys === undefined ? {} : { key: `consumer-${n % keys}` };
      const request = { id: `${this.options.endpoint}-${n}`, n, door, ...key };
      if (door === 'kafka') byKafka.push(request);
      else if (this.waiting < maxWaiting) this.track(this.askOverHttp(request));
    }
    if (byKafka.length > 0) this.track(this.askOverKafka(byKafka));
    if (this.truthDue.some(({ at }) => at <= Date.now())) this.track(this.deliverTruth(Date.now()));
  }

  private async askOverHttp(request: Request): Promise<void> {
    this.waiting += 1;
    try {
      const { endpoint } = this.options;
      const { serving } = this.stack;
      const row = digit(request.n);
      const sticky = request.key === undefined ? {} : { key: request.key };
      // Both protocols, in turn.
      const answer =
        request.n % 4 < 2
          ? await serving.infer(endpoint, { id: request.id, ...v2Question(row) }, sticky)
          : await serving.predict(endpoint, v1Question(row), { id: request.id, ...sticky });
      if (answer.status === 200) {
        increment(this.answeredBy, answer.headers.get('x-model-version') ?? '?');
        this.accept(request);
      } else {
        this.refuse(String(answer.status));
      }
    } catch (error) {
      this.refuse(error instanceof Error ? error.name : String(error));
    } finally {
      this.waiting -= 1;
    }
  }

  private async askOverKafka(requests: readonly Request[]): Promise<void> {
    const { endpoint } = this.options;
    try {
      await this.stack.upstream.request(
        endpoint,
        requests.map(({ id, n, key }) => ({
          id,
          body: n % 4 < 2 ? v2Question(digit(n)) : v1Question(digit(n)),
          ...(key === undefined ? {} : { key }),
        })),
      );
      requests.forEach((request) => this.accept(request));
    } catch (error) {
      // Kafka may have written them all the same: they are not "accepted", and may have rows.
      requests.forEach(() => this.refuse(error instanceof Error ? error.name : String(error)));
    }
  }

  private accept({ id, n }: Request): void {
    this.accepted.add(id);
    const { truth } = this.options;
    if (truth === undefined) return;
    const { doors = ['http', 'kafka', 'sql'], delayMs } = truth;
    const door = doors[this.truthCount++ % doors.length] ?? 'http';
    this.truthDue.push({ id, label: digit(n).label, at: Date.now() + delayMs, door });
  }

  private refuse(why: string): void {
    increment(this.refused, why);
  }

  private async deliverTruth(until: number): Promise<void> {
    const due = this.truthDue.filter(({ at }) => at <= until);
    this.truthDue.splice(0, this.truthDue.length, ...this.truthDue.filter(({ at }) => at > until));
    await Promise.all(
      (['http', 'kafka', 'sql'] as const).map(async (door) => {
        const items = due.filter((item) => item.door === door);
        if (items.length === 0) return;
        try {
          await this.give(door, items);
          items.forEach(({ id, label }) => this.truths.set(id, label));
        } catch {
          // A door that is shut for a while: an upstream system tries again.
          this.truthDue.push(...items.map((item) => ({ ...item, at: Date.now() + 500 })));
        }
      }),
    );
  }

  private async give(door: TruthDoor, items: readonly { id: string; label: number }[]): Promise<void> {
    const { endpoint } = this.options;
    const { serving, upstream, pool } = this.stack;
    if (door === 'kafka') await upstream.truth(items.map(({ id, label }) => ({ endpoint, id, truth: label })));
    if (door === 'sql') {
      const sql = `INSERT INTO ground_truth (endpoint, request_id, truth)
                   SELECT $1, id, to_jsonb(label) FROM unnest($2::text[], $3::int[]) AS given (id, label)`;
      await pool.query(sql, [endpoint, items.map(({ id }) => id), items.map(({ label }) => label)]);
    }
    if (door === 'http') {
      const answer = await serving.truth(
        endpoint,
        items.map(({ id, label }) => ({ id, truth: label })),
      );
      if (answer.status !== 202 || answer.body.accepted !== items.length) throw new Error(`answered ${answer.status}`);
    }
  }

  private track(work: Promise<unknown>): void {
    const settled = work.finally(() => this.running.delete(settled));
    this.running.add(settled);
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
