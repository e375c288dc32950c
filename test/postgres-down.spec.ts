import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusView } from '#contracts';
import {
  digit,
  digitsManifest,
  eventually,
  http,
  ownPostgres,
  soleVersion,
  v2Question,
  type OwnServer,
} from '#testing';
import { useStack } from './use-stack.js';

describe('Postgres stopped', () => {
  let postgres: OwnServer;
  beforeAll(async () => {
    postgres = await ownPostgres();
  });
  // Hooks after the tests run in reverse: the stack is stopped before.
  afterAll(() => postgres.remove());
  const stack = useStack(() => ({ databaseUrl: postgres.address }));
  const name = 'without-postgres';
  const burning = 'break-glass';
  const canary = { canary: { champion: 'v1', candidate: 'v3', steps: [50], minSamples: 1_000_000 } };

  /** The versions that answer so many requests. */
  const answersOf = async (endpoint: string, count: number): Promise<Set<unknown>> => {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, n) => stack().serving.infer(endpoint, v2Question(digit(n)))),
    );
    return new Set(answers.map(({ body }) => body['model_version']));
  };

  it('costs no answer and no way back, and the log is complete once it is back', async () => {
    const { control, log } = stack();
    await control.apply(digitsManifest(name, { single: { version: 'v1' } }));
    const requests = stack().traffic({ endpoint: name, perSecond: 80, truth: { delayMs: 300 } });
    await requests.more(80);

    await control.apply(digitsManifest(burning, canary));
    const consumers = stack().traffic({ endpoint: burning, perSecond: 40 });
    await eventually(() => consumers.answeredBy.has('v3'), { what: 'an answer of the candidate' });

    await postgres.stop();
    expect(await control.steer(burning, 'rollback', { actor: 'ada', reason: 'wrong answers' })).toMatchObject({
      status: 202,
      body: { origin: 'break-glass', allocation: [{ version: 'v1', weight: 1 }] },
    });
    await eventually(async () => !(await answersOf(burning, 20)).has('v3'), { what: 'answers of the champion alone' });
    await requests.more(240);
    expect(await answersOf(burning, 20)).toEqual(new Set(['v1']));
    await consumers.stop();
    expect(Object.fromEntries(consumers.refused)).toEqual({});
    const { body: status } = await http<StatusView>(`${stack().deployerUrl}/api/v1/status`);
    expect(status).toMatchObject({ postgres: { error: expect.any(String) as string }, kafka: { brokers: 1 } });
    expect(status.problems.join()).toMatch(/Postgres: .*the log: /);
    expect(Object.fromEntries(requests.refused)).toEqual({});

    await postgres.start();
    await requests.more(80);
    await requests.stop();
    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
    expect(await log.awaitOutcomes(name, requests.truths.keys())).toEqual([]);
    expect(await log.awaitRecount(name)).toEqual([]);
    await Promise.all(
      stack()
        .services()
        .map((each) => each.ready()),
    );
    await control.apply(digitsManifest(name, { single: { version: 'v2' } }));

    // Taken over, and left for somebody to decide.
    const view = await control.awaitView(burning, ({ rollout }) => rollout.status === 'paused', 'the rollout paused');
    expect(soleVersion(view.plan)).toBe('v1');
    const events = await control.events(burning);
    expect(events.find(({ type }) => type === 'rolled-back')).toMatchObject({ actor: 'ada', reason: 'wrong answers' });
    expect(await log.awaitAccount(burning, consumers.accepted)).toMatchObject({ missing: [], repeated: [] });
    expect(await log.awaitRecount(burning)).toEqual([]);
  });

  it('keeps no service from starting: those that need it wait, the others serve', async () => {
    await postgres.stop();
    const { serving } = stack();
    await Promise.all(
      ['ingress' as const, 'router' as const, 'model-worker' as const].map((app) => stack().service(app).restart()),
    );
    const requests = stack().traffic({ endpoint: name, perSecond: 40, doors: ['http'] });
    await requests.more(40);
    await requests.stop();
    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await serving.get('/v2/health/ready')).toMatchObject({ status: 200 });

    const recorder = stack().service('recorder');
    await recorder.kill();
    recorder.launch();
    await postgres.start();
    await recorder.ready();
  });
});
