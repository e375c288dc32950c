import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digitsManifest, ownPostgres, type OwnServer } from '#testing';
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

  it('costs no answer, and the log is complete once it is back', async () => {
    const { control, log } = stack();
    await control.apply(digitsManifest(name, { single: { version: 'v1' } }));
    const requests = stack().traffic({ endpoint: name, perSecond: 80, truth: { delayMs: 300 } });
    await requests.more(80);

    await postgres.stop();
    await requests.more(240);
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
