import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type pg from 'pg';
import type { TrafficPlan } from '#contracts';
import type { RunningService } from '#platform';
import { eventually, http, ownPostgres, type OwnServer } from '#testing';
import { planBack } from './break-glass.js';
import { LeaderLease } from './leader-lease.js';
import { Harness, step } from './testing/harness.js';

const single = { single: { version: 'v1' } };
const canary = {
  canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '100ms', minSamples: 50, margin: 0.05 },
};
const leads = (service: RunningService): boolean => service.app.get(LeaderLease).leads;
/** As a leader decides and does not publish. */
const putIntoOutbox = async (pool: pg.Pool, plan: TrafficPlan): Promise<void> => {
  await pool.query(
    'INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan) VALUES ($1, $2, 1, 1, $3, $4)',
    [plan.endpoint, plan.epoch, plan.step, plan],
  );
  await pool.query('UPDATE endpoints SET epoch = $2 WHERE name = $1', [plan.endpoint, plan.epoch]);
};

describe('two deployers', () => {
  let harness: Harness;
  let first: RunningService;
  let second: RunningService;

  beforeAll(async () => {
    harness = await Harness.open();
    first = await harness.start();
    await eventually(() => leads(first), { what: 'a leader' });
    second = await harness.start();
  });
  afterAll(() => harness.close());

  it('have one leader; the other takes manifests and verbs, and shows the same', async () => {
    expect(leads(second)).toBe(false);
    const follower = harness.client(second);
    const answer = await follower.put('shared', harness.manifest('shared', canary));
    expect(answer).toMatchObject({ status: 201, body: { revision: 1, epoch: 1 } });
    expect(await harness.client(first).view('shared')).toMatchObject({ epoch: 1 });
    expect((await follower.steer('shared', 'promote')).body).toMatchObject({ epoch: 2 });
    await harness.lastPlan('shared', ({ epoch }) => epoch === 2);
  });

  it('make one endpoint where both are asked at once', async () => {
    const manifest = harness.manifest('at-once', single);
    const answers = await Promise.all(
      [first, second].map((service) => harness.client(service).put('at-once', manifest)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(answers.map(({ body }) => body['epoch'])).toEqual([1, 1]);
    await harness.lastPlan('at-once', () => true);
    expect(harness.plansOf('at-once')).toHaveLength(1);
  });

  it('go on as before when the leader’s connection to Postgres dies', async () => {
    await harness.client(first).put('over', harness.manifest('over', canary));
    const pool = harness.pool();
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    await eventually(() => leads(first) !== leads(second), { what: 'one leader again' });
    await harness.evidence('over', 1, [step(0, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [99, 100] })]);
    expect(await harness.lastPlan('over', ({ step: number }) => number === 1)).toMatchObject({ epoch: 2 });
  });

  it('change over when the leader stops', async () => {
    const [leader, other] = leads(first) ? [first, second] : [second, first];
    await harness.stop(leader);
    await eventually(() => leads(other), { what: 'the other as leader', timeoutMs: 5_000 });
    await harness.client(other).put('after', harness.manifest('after', single));
    await harness.lastPlan('after', ({ epoch }) => epoch === 1);
  });
});

describe('a deployer that starts again', () => {
  let harness: Harness;
  let pool: pg.Pool;
  let plan: TrafficPlan;

  beforeEach(async () => {
    harness = await Harness.open();
    pool = harness.pool();
    const service = await harness.start();
    await harness.client(service).put('digits', harness.manifest('digits', single));
    plan = await harness.lastPlan('digits', () => true);
    await harness.stop(service);
  });
  afterEach(() => harness.close());

  const waiting = async (): Promise<number> =>
    (await pool.query('SELECT 1 FROM traffic_plans WHERE published_at IS NULL')).rows.length;

  it('publishes what it had decided and not published', async () => {
    await putIntoOutbox(pool, { ...plan, epoch: 2, step: 1 });
    await harness.start();
    expect(await harness.lastPlan('digits', ({ epoch }) => epoch === 2)).toMatchObject({ step: 1 });
    await eventually(async () => (await waiting()) === 0, { what: 'an empty outbox' });
    expect(harness.plansOf('digits').map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('does not publish again what it had published and not marked', async () => {
    await putIntoOutbox(pool, { ...plan, epoch: 2, step: 1 });
    await harness.stage.upstream.produce(harness.stage.topic('plans'), [
      { key: 'digits', value: { ...plan, epoch: 2, step: 1 } },
    ]);
    await harness.start();
    await eventually(async () => (await waiting()) === 0, { what: 'an empty outbox' });
    expect(harness.plansOf('digits').map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('throws away plans at or below the topic’s epoch, and puts a valid one above it', async () => {
    await putIntoOutbox(pool, { ...plan, epoch: 2, step: 1 });
    await harness.stage.upstream.produce(harness.stage.topic('plans'), [
      { key: 'digits', value: { ...plan, epoch: 7, salt: 'not ours' } },
    ]);
    await harness.start();
    expect(await harness.lastPlan('digits', ({ epoch }) => epoch > 7)).toMatchObject({
      epoch: 8,
      step: 1,
      salt: plan.salt,
    });
    expect(harness.plansOf('digits').map(({ epoch }) => epoch)).toEqual([1, 7, 8]);
  });
});

describe('a rollback without Postgres', () => {
  it('is taken over by the leader, above what was decided and never published', async () => {
    const harness = await Harness.open();
    const service = await harness.start();
    const control = harness.client(service);
    await control.put('digits', harness.manifest('digits', canary));
    const plan = await harness.lastPlan('digits', () => true);
    await harness.stop(service);
    const pool = harness.pool();
    for (const epoch of [2, 3]) {
      await putIntoOutbox(pool, { ...plan, epoch, step: epoch - 1, salt: 'never published' });
    }
    const value = { ...planBack(plan, { actor: 'ada', reason: 'fire' }, 1), epoch: 2 };
    const twice = { ...value, author: { actor: 'bob' } };
    await harness.stage.upstream.produce(harness.stage.topic('plans'), [
      { key: 'digits', value },
      { key: 'digits', value: twice },
    ]);

    const next = harness.client(await harness.start());
    const last = await harness.lastPlan('digits', ({ epoch }) => epoch === 4);
    expect(last).toMatchObject({ allocation: value.allocation, step: 1, salt: plan.salt });
    expect(last.origin).toBeUndefined();
    expect(await next.view('digits')).toMatchObject({ epoch: 4, rollout: { status: 'paused' } });
    expect((await next.events('digits')).filter(({ type }) => type === 'rolled-back')).toMatchObject([
      { actor: 'ada', reason: 'fire', detail: { epoch: 2 } },
    ]);
    expect(harness.plansOf('digits').map(({ epoch }) => epoch)).toEqual([1, 2, 2, 4]);
    await harness.close();
  });
});

describe('without Postgres', () => {
  let postgres: OwnServer;
  let harness: Harness;

  beforeAll(async () => {
    postgres = await ownPostgres();
    harness = await Harness.open(postgres.address);
  });
  afterAll(async () => {
    await postgres.start();
    await harness.close();
    await postgres.remove();
  });

  it('answers 503 with the reason, survives, and goes on when it is back', async () => {
    const service = await harness.start();
    const control = harness.client(service);
    await control.put('outage', harness.manifest('outage', canary));
    await postgres.stop();
    const answer = await control.put('outage', harness.manifest('outage', single));
    expect(answer).toMatchObject({
      status: 503,
      body: { error: expect.stringContaining('Postgres cannot be reached') as string },
    });
    expect((await http(`http://127.0.0.1:${service.port}/api/v1/endpoints`)).status).toBe(503);
    expect((await http(`http://127.0.0.1:${service.port}/health/live`)).status).toBe(200);
    await eventually(() => !leads(service), { what: 'the end of its term' });
    await postgres.start();
    await eventually(() => leads(service), { what: 'a new term', timeoutMs: 20_000 });
    await harness.evidence('outage', 1, [step(0, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [99, 100] })]);
    expect(await harness.lastPlan('outage', ({ step: number }) => number === 1)).toMatchObject({ epoch: 2 });
  });

  it('rolls back by any deployer, from the topic, and catches up with it afterwards', async () => {
    const [first, second] = [await harness.start(), await harness.start()];
    const control = harness.client(first);
    await control.put('fire', harness.manifest('fire', canary));
    await control.put('promoted', harness.manifest('promoted', canary));
    await control.steer('promoted', 'promote');
    await harness.lastPlan('promoted', ({ epoch }) => epoch === 2);
    await postgres.stop();

    const answers = await Promise.all(
      [first, second].map((service) =>
        harness.client(service).steer('fire', 'rollback', { actor: 'ada', reason: 'wrong answers' }),
      ),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(202);
      expect(body).toMatchObject({ epoch: 2, origin: 'break-glass', allocation: [{ version: 'v1', weight: 1 }] });
    }
    expect((await harness.client(second).steer('promoted', 'rollback', { actor: 'bob' })).status).toBe(202);
    expect((await control.steer('nobody', 'rollback')).status).toBe(404);
    // A strategy that would go on, if it were asked.
    await harness.evidence('fire', 2, [step(0, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [99, 100] })]);

    await postgres.start();
    await eventually(async () => (await control.view('fire').catch(() => undefined))?.rollout.status === 'paused', {
      what: 'the rollback taken over',
      timeoutMs: 20_000,
    });
    const allocation = [{ version: 'v1', weight: 1 }];
    expect((await control.view('fire')).plan).toMatchObject({ allocation, salt: 'fire/1' });
    const events = await control.events('fire');
    expect(events.find(({ type }) => type === 'rolled-back')).toMatchObject({
      actor: 'ada',
      reason: 'wrong answers',
      detail: { epoch: 2, origin: 'break-glass' },
    });
    await eventually(async () => (await control.view('promoted')).rollout.status === 'failed', { what: 'its end' });
    expect(await control.view('promoted')).toMatchObject({
      epoch: 3,
      plan: { allocation },
      verdict: { outcome: 'rollback' },
    });

    // It goes on as a step of its own, once somebody says so.
    await control.steer('fire', 'resume');
    const next = await harness.lastPlan(
      'fire',
      ({ allocation: [entry], epoch }) => epoch > 2 && entry?.version === 'v2',
    );
    expect(next.step).toBe(2);
  });
});
