import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusView } from '#contracts';
import { digit, digitsManifest, eventually, http, ownKafka, v2Question, type OwnServer } from '#testing';
import { useStack } from './use-stack.js';

describe('Kafka gone', () => {
  let kafka: OwnServer;
  beforeAll(async () => {
    kafka = await ownKafka();
  });
  // Hooks after the tests run in reverse: the stack is stopped before.
  afterAll(() => kafka.remove());
  const stack = useStack(() => ({ brokers: kafka.address }));
  const name = 'without-kafka';

  it('is said to HTTP callers at once, and passes by itself', async () => {
    const { control, serving, log } = stack();
    // Nobody could mistake an answer that comes at the time limit for one that comes at once.
    await control.apply(digitsManifest(name, { single: { version: 'v1' } }, { timeout: '60s' }));
    const requests = stack().traffic({ endpoint: name, perSecond: 40, truth: { delayMs: 300 } });
    await requests.more(80);

    await kafka.stop();
    const ask = () => serving.infer(name, v2Question(digit(0)), { timeoutMs: 5_000 });
    await eventually(async () => (await ask()).status === 503, { what: '503', timeoutMs: 20_000 });
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { error: expect.any(String) as unknown } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await serving.truth(name, { id: 'x', truth: 1 })).status).toBe(503);
    const { body: status } = await http<StatusView>(`${stack().deployerUrl}/api/v1/status`);
    expect(status).toMatchObject({ kafka: { error: expect.any(String) as string }, partitions: expect.any(Array) as object }); // prettier-ignore

    await kafka.start();
    await eventually(async () => (await ask()).status === 200, { what: 'served again', timeoutMs: 60_000 });
    await Promise.all(
      stack()
        .services()
        .map((service) => service.ready()),
    );
    await requests.more(80);
    await requests.stop();
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
    expect(await log.awaitOutcomes(name, requests.truths.keys())).toEqual([]);
    expect(await log.awaitRecount(name)).toEqual([]);
  });
});
