import { describe, expect, it } from 'vitest';
import { digit, digitsManifest, ServiceProcess, v2Question } from '#testing';
import { useStack } from './use-stack.js';

describe('services that all start at once against an empty database', () => {
  const stack = useStack({
    services: { recorder: 3, feedback: 2, deployer: 1, ingress: 1, router: 2, 'model-worker': 2 },
  });

  it('run each migration once', async () => {
    const { rows } = await stack().pool.query<{ name: string; n: number }>(
      'SELECT name, count(*)::int AS n FROM migrations GROUP BY name',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
  });

  it('serve, with several of a kind sharing the load', async () => {
    const { control, log } = stack();
    const name = 'at-once';
    await control.apply(digitsManifest(name, { single: { version: 'v2' } }));
    const requests = stack().traffic({ endpoint: name, perSecond: 100, truth: { delayMs: 100 } });
    await requests.more(200);
    await requests.stop();
    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
    expect(await log.awaitOutcomes(name, requests.truths.keys())).toEqual([]);
    expect(await log.awaitRecount(name)).toEqual([]);
  });

  it('stop in an orderly way, leaving the rest to serve', async () => {
    const { control, serving } = stack();
    for (const app of ['router', 'model-worker', 'recorder', 'feedback'] as const) {
      const stopped = await stack().service(app, 1).stop();
      expect(stopped, app).toMatchObject({ code: 0, signal: null });
    }
    await control.awaitView('at-once', ({ ready }) => ready, 'ready without those that left');
    expect((await serving.infer('at-once', v2Question(digit(0)))).status).toBe(200);
  });

  it('refuse a wrong configuration at once, with everything that is wrong', async () => {
    const service = new ServiceProcess({
      app: 'router',
      name: 'misconfigured',
      logFile: '/dev/null',
      env: { KAFKA_BROKERS: '', TOPIC_PREFIX: 'a prefix', LOG_LEVEL: 'loud' },
    });
    service.launch();
    expect((await service.exited).code).toBe(1);
    const said = JSON.stringify(service.records);
    for (const variable of ['TOPIC_PREFIX', 'LOG_LEVEL']) expect(said).toContain(variable);
  });
});
