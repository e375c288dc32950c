import { Injectable } from '@nestjs/common';
import { headers, httpGroundTruth, type GroundTruth } from '#contracts';
import { CoalescingProducer, TopicNames, type TopicRecord } from '#kafka';
import { describe } from './read-inference.js';
import { splitLines, type Line } from './split-lines.js';
import { TruthCount, type TruthReceipt } from './truth-receipt.js';

/** Longest line of NDJSON. */
const maxLineBytes = 1024 ** 2;

/** Takes truths from HTTP into `ground-truth`; those accepted are in Kafka when the receipt is given. */
@Injectable()
export class PublishGroundTruth {
  constructor(
    private readonly producer: CoalescingProducer,
    private readonly topics: TopicNames,
  ) {}

  /** Truths as values that were read from JSON. */
  async publish(endpoint: string, truths: readonly unknown[]): Promise<TruthReceipt> {
    const count = new TruthCount();
    const now = Date.now();
    await this.send(truths.flatMap((truth) => this.take(endpoint, truth, now, count)));
    return count.receipt;
  }

  /** NDJSON, one truth a line; the next lines are read when Kafka has the ones before, so that memory stays bounded. */
  async publishLines(endpoint: string, stream: AsyncIterable<Buffer>): Promise<TruthReceipt> {
    const count = new TruthCount();
    for await (const lines of splitLines(stream, maxLineBytes)) {
      const now = Date.now();
      await this.send(lines.flatMap((line) => this.takeLine(endpoint, line, now, count)));
    }
    return count.receipt;
  }

  private takeLine(endpoint: string, line: Line, now: number, count: TruthCount): TopicRecord[] {
    if ('tooLong' in line) {
      count.reject(`the line is longer than ${maxLineBytes} bytes`);
      return [];
    }
    let truth: unknown;
    try {
      truth = JSON.parse(line.text.toString());
    } catch (error) {
      count.reject(`the line is not JSON: ${(error as Error).message}`);
      return [];
    }
    return this.take(endpoint, truth, now, count);
  }

  private take(endpoint: string, truth: unknown, now: number, count: TruthCount): TopicRecord[] {
    const parsed = httpGroundTruth.safeParse(truth);
    if (!parsed.success) {
      count.reject(describe(parsed.error));
      return [];
    }
    count.accept();
    const value: GroundTruth = { endpoint, at: now, ...parsed.data };
    return [
      {
        topic: this.topics.of('groundTruth'),
        key: value.id,
        value: JSON.stringify(value),
        headers: { [headers.source]: 'http' },
      },
    ];
  }

  private async send(records: TopicRecord[]): Promise<void> {
    if (records.length > 0) await this.producer.sendAll(records);
  }
}
