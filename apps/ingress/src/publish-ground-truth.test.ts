import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type CoalescingProducer, TopicNames, type TopicRecord } from '#kafka';
import { PublishGroundTruth } from './publish-ground-truth.js';

const linesAtOnce = 20;

/** Chunks of lines, made as they are read. */
class Source {
  read = 0;
  closed = false;

  async *chunks(count: number): AsyncGenerator<Buffer> {
    try {
      for (; this.read < count;) {
        const chunk = this.read++;
        const lines = Array.from({ length: linesAtOnce }, (_, n) => `{"id":"${chunk}-${n}","truth":${n}}\n`);
        yield await Promise.resolve(Buffer.from(lines.join('')));
      }
    } finally {
      this.closed = true;
    }
  }
}

const publisher = (sendAll: (records: readonly TopicRecord[]) => Promise<void>): PublishGroundTruth =>
  new PublishGroundTruth({ sendAll } as unknown as CoalescingProducer, new TopicNames('test'));

describe('a stream of truths', () => {
  it('is read on only when Kafka has what was read before: of any number of lines one chunk is held', async () => {
    const source = new Source();
    let chunks = 0;
    const truths = publisher(async (records) => {
      chunks++;
      expect(records).toHaveLength(linesAtOnce);
      // As often as one likes: who reads ahead would do so meanwhile.
      for (let turns = 0; turns < 20; turns++) await turn();
      expect(source.read).toBe(chunks);
    });
    const receipt = await truths.publishLines('digits', source.chunks(50));
    expect(receipt).toEqual({ accepted: 50 * linesAtOnce, rejected: [] });
    expect(chunks).toBe(50);
  });

  it('is read no further and closed once Kafka fails', async () => {
    const source = new Source();
    let chunks = 0;
    const truths = publisher(() => (++chunks < 3 ? Promise.resolve() : Promise.reject(new Error('Kafka is gone'))));
    await expect(truths.publishLines('digits', source.chunks(Infinity))).rejects.toThrow('Kafka is gone');
    expect(source).toMatchObject({ read: 3, closed: true });
  });
});
