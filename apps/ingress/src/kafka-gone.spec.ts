import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type RunningService } from '#platform';
import { eventually, http, ownKafka, ServingClient, Stage, type OwnServer } from '#testing';
import { ingress } from './ingress.service.js';

const question = { instances: [[1, 2, 3]] };

describe('with Kafka gone', () => {
  let kafka: OwnServer;
  let stage: Stage;
  let service: RunningService;
  let url: string;
  let serving: ServingClient;

  beforeAll(async () => {
    kafka = await ownKafka();
    stage = await Stage.open(kafka.address);
    await stage.endpoint('digits', 'v1');
    await stage.plan('digits');
    await stage.answers('digits', () => ({ value: '{"predictions":[1]}', headers: { 'understudy-version': 'v1' } }));
    service = await startService(ingress, stage.env());
    url = `http://127.0.0.1:${service.port}`;
    serving = new ServingClient(() => url);
    await eventually(async () => (await serving.predict('digits', question)).status === 200);
  });
  afterAll(async () => {
    await service.stop();
    await stage.close();
    await kafka.remove();
  });

  it('the ingress says 503 and when to try again, is not ready, and recovers by itself', async () => {
    await kafka.stop();
    // The first to notice may be this request or a heartbeat: neither waits for the request's own time to end.
    const refused = await serving.predict<{ error: string }>('digits', question, { timeoutMs: 4_000 });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body.error).toMatch(/Kafka|kafka/);

    expect(await http(`${url}/v2/health/ready`)).toMatchObject({ status: 503, body: { ready: false } });
    expect(await http(`${url}/v2/health/live`)).toMatchObject({ status: 200, body: { live: true } });
    const truth = await serving.truth('digits', { id: 'r', truth: 1 });
    expect(truth.status).toBe(503);
    expect(truth.headers.get('retry-after')).toBe('1');
    expect((await serving.predict('nobody', question)).status).toBe(503);

    await kafka.start();
    await eventually(async () => (await http(`${url}/v2/health/ready`)).status === 200, { timeoutMs: 30_000 });
    const answered = async () => (await serving.predict('digits', question, { timeoutMs: 6_000 })).status === 200;
    await eventually(answered, { timeoutMs: 30_000 });
    expect((await serving.truth('digits', { id: 'r', truth: 1 })).status).toBe(202);
  });

  it('a service that starts before Kafka is alive, refuses, and is ready once it comes', async () => {
    await kafka.stop();
    const early = await startService(ingress, stage.env());
    try {
      const earlyUrl = `http://127.0.0.1:${early.port}`;
      expect((await http(`${earlyUrl}/health/live`)).status).toBe(200);
      expect((await http(`${earlyUrl}/health/ready`)).status).toBe(503);
      const known = await new ServingClient(() => earlyUrl).predict('digits', question);
      expect(known.status).toBe(503);
      await kafka.start();
      await eventually(async () => (await http(`${earlyUrl}/health/ready`)).status === 200, { timeoutMs: 30_000 });
    } finally {
      await early.stop();
    }
  });
});
