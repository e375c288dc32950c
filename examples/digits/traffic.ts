import { randomInt } from 'node:crypto';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import type { Pool } from 'pg';
import { v7 as uuid } from 'uuid';

/** Held-out rows of scikit-learn's digits: 64 pixels from 0 to 16 each, and what they show. */
export interface HeldOut {
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

export interface TrafficOptions {
  readonly endpoint: string;
  readonly ingressUrl: string;
  readonly brokers: string[];
  readonly prefix: string;
  readonly pool: Pool;
  readonly heldOut: HeldOut;
  /** Requests per second, half by HTTP and half by Kafka. */
  readonly rate: number;
}

const tickMs = 50;
const delayMs = { least: 1_000, most: 5_000 };

/**
 * The upstream systems of the demo: requests by HTTP and by Kafka in turn, each row's label 1 to 5 s later by HTTP,
 * Kafka or SQL in turn. It keeps no figures: those stand in Postgres.
 */
export class Traffic {
  private readonly producer: Producer;
  private readonly order: number[];
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;
  private owed = 0;
  private readonly labels: { due: number; id: string; label: number }[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  /** What went wrong, by message: shown with the summary, since a demo that hides errors proves nothing. */
  readonly failures = new Map<string, number>();

  constructor(private readonly options: TrafficOptions) {
    const kafka = new Kafka({ clientId: 'digits-demo', brokers: options.brokers, logLevel: logLevel.NOTHING });
    this.producer = kafka.producer();
    this.order = shuffled(options.heldOut.rows.length);
  }

  async start(): Promise<void> {
    await this.producer.connect();
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  /** Stops the requests, delivers the labels that are still owed, and disconnects. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.inFlight);
    await this.sendLabels(this.labels.splice(0));
    await this.producer.disconnect();
  }

  private tick(): void {
    this.owed += (this.options.rate * tickMs) / 1_000;
    const byKafka: { id: string; row: readonly number[] }[] = [];
    for (; this.owed >= 1; this.owed -= 1) {
      const index = this.order[this.sent % this.order.length] ?? 0;
      const row = this.options.heldOut.rows[index] ?? [];
      const id = uuid();
      const byHttp = this.sent % 2 === 0;
      this.sent += 1;
      if (byHttp) this.track(this.requestByHttp(id, row));
      else byKafka.push({ id, row });
      this.labels.push({
        due: Date.now() + randomInt(delayMs.least, delayMs.most),
        id,
        label: this.options.heldOut.labels[index] ?? -1,
      });
    }
    if (byKafka.length > 0) this.track(this.requestByKafka(byKafka));

    const now = Date.now();
    const due = this.labels.filter((label) => label.due <= now);
    if (due.length === 0) return;
    this.labels.splice(0, this.labels.length, ...this.labels.filter((label) => label.due > now));
    this.track(this.sendLabels(due));
  }

  private track(work: Promise<void>): void {
    const settled = work.catch((error: unknown) => this.fail(error)).finally(() => this.inFlight.delete(settled));
    this.inFlight.add(settled);
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
  }

  private async requestByHttp(id: string, row: readonly number[]): Promise<void> {
    const url = `${this.options.ingressUrl}/v2/models/${this.options.endpoint}/infer`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, inputs: [{ name: 'pixels', shape: [1, 64], datatype: 'FP32', data: row }] }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST infer answered ${response.status}: ${text}`);
  }

  private async requestByKafka(requests: readonly { id: string; row: readonly number[] }[]): Promise<void> {
    await this.producer.send({
      topic: `${this.options.prefix}.requests.${this.options.endpoint}`,
      messages: requests.map(({ id, row }) => ({ key: id, value: JSON.stringify({ id, instances: [row] }) })),
    });
  }

  private async sendLabels(labels: readonly { id: string; label: number }[]): Promise<void> {
    const third = (part: number) => labels.filter((_, index) => index % 3 === part);
    const [byHttp, byKafka, bySql] = [third(0), third(1), third(2)];
    const { endpoint, ingressUrl, pool, prefix } = this.options;
    await Promise.all([
      byHttp.length > 0 &&
        fetch(`${ingressUrl}/v1/endpoints/${endpoint}/ground-truth`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(byHttp.map(({ id, label }) => ({ id, truth: label }))),
        }).then(async (response) => {
          const text = await response.text();
          if (response.status !== 202) throw new Error(`POST ground-truth answered ${response.status}: ${text}`);
        }),
      byKafka.length > 0 &&
        this.producer.send({
          topic: `${prefix}.ground-truth`,
          messages: byKafka.map(({ id, label }) => ({
            key: id,
            value: JSON.stringify({ endpoint, id, truth: label }),
          })),
        }),
      bySql.length > 0 &&
        pool.query(
          `INSERT INTO ground_truth (endpoint, request_id, truth)
           SELECT $1, id, to_jsonb(label) FROM unnest($2::text[], $3::int[]) AS given (id, label)`,
          [endpoint, bySql.map(({ id }) => id), bySql.map(({ label }) => label)],
        ),
    ]);
  }
}

function shuffled(length: number): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}
