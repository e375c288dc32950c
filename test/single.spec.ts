import { describe, expect, it } from 'vitest';
import { digit, digitsManifest, eventually, soleVersion, v1Question, v2Question } from '#testing';
import { useStack } from './use-stack.js';

describe('single: one version answers, another takes over, the first is a word away', () => {
  const stack = useStack();
  const name = 'single';

  it('answers both protocols with the version that was applied', async () => {
    const { control, serving } = stack();
    const view = await control.apply(digitsManifest(name, { single: { version: 'v1' } }));
    expect(view).toMatchObject({ revision: 1, strategy: { name: 'single' }, ready: true, waitsFor: [] });

    const v2 = await serving.infer(name, { id: 'first', ...v2Question(digit(0), digit(1)) });
    expect(v2.status).toBe(200);
    expect(v2.body).toMatchObject({ id: 'first', model_name: name, model_version: 'v1' });
    expect(v2.headers.get('x-request-id')).toBe('first');
    const label = (v2.body as { outputs: { name: string; shape: number[]; data: number[] }[] }).outputs.find(
      (output) => output.name === 'label',
    );
    expect(label?.shape).toEqual([2]);

    const v1 = await serving.predict(name, v1Question(digit(0), digit(1)), { id: 'second' });
    expect(v1.status).toBe(200);
    expect(v1.headers.get('x-model-version')).toBe('v1');
    expect(v1.headers.get('x-request-id')).toBe('second');
    expect(v1.body.predictions).toEqual(label?.data);
  });

  it('makes an id where the caller gives none', async () => {
    const answer = await stack().serving.infer(name, v2Question(digit(2)));
    const id = answer.headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    expect(answer.body).toMatchObject({ id });
  });

  it('logs who answered what, when and why', async () => {
    const { log } = stack();
    const [row] = await log.awaitRowsOf(name, 'first');
    expect(row).toMatchObject({
      version: 'v1',
      role: 'primary',
      slot: 'primary',
      status: 'ok',
      source: 'http',
      revision: 1,
      propensity: 1,
      pinned: false,
      error: null,
    });
    expect(row?.request).toMatchObject({ inputs: [{ name: 'pixels', shape: [2, 64] }] });
    expect(row?.response).toMatchObject({ outputs: expect.any(Array) as unknown });
    expect(row!.predicted_at.getTime()).toBeGreaterThanOrEqual(row!.requested_at.getTime());
    expect(row!.total_ms).toBeGreaterThanOrEqual(row!.model_ms!);
  });

  it('scores an answer once its truth is known', async () => {
    const { serving, log, control } = stack();
    const answer = await serving.predict(name, v1Question(digit(5)), { id: 'scored' });
    const truth = await serving.truth(name, { id: 'scored', truth: answer.body.predictions[0] });
    expect(truth).toMatchObject({ status: 202, body: { accepted: 1, rejected: [] } });

    const outcomes = await eventually(
      async () => (await log.outcomes(name)).find((outcome) => outcome.request_id === 'scored'),
      { what: 'the outcome' },
    );
    expect(outcomes).toMatchObject({ version: 'v1', role: 'primary', reward: 1, late: false });
    const seen = await control.awaitView(
      name,
      (view) => (view.versions.find(({ version }) => version === 'v1')?.evidence?.scored ?? 0) >= 1,
      'the evidence',
    );
    expect(seen.versions.find(({ version }) => version === 'v1')?.evidence?.mean).toBe(1);
  });

  it('lets a caller name the version, outside of every statistic', async () => {
    const { serving, log } = stack();
    const answer = await serving.infer(name, { id: 'pinned', ...v2Question(digit(3)) }, { version: 'v1' });
    expect(answer).toMatchObject({ status: 200, body: { model_version: 'v1' } });
    const [row] = await log.awaitRowsOf(name, 'pinned');
    expect(row).toMatchObject({ version: 'v1', role: 'primary', pinned: true, propensity: null });
  });

  it('moves to another version and back', async () => {
    const { control, serving } = stack();
    const before = await control.view(name);
    const after = await control.apply(digitsManifest(name, { single: { version: 'v2' } }));
    expect(after.rollout.id).toBe(before.rollout.id + 1);
    expect(after.epoch).toBeGreaterThan(before.epoch);
    expect((await serving.infer(name, v2Question(digit(0)))).body).toMatchObject({ model_version: 'v2' });

    expect((await control.steer(name, 'rollback')).status).toBe(200);
    await control.awaitPlan(name, (plan) => soleVersion(plan) === 'v1', 'v1 again');
    await control.awaitView(name, (view) => view.ready, 'every router on the plan');
    expect((await serving.infer(name, v2Question(digit(0)))).body).toMatchObject({ model_version: 'v1' });
  });

  it('says what it is', async () => {
    const { serving } = stack();
    expect(await serving.get('/v2/health/live')).toMatchObject({ status: 200, body: { live: true } });
    expect(await serving.get('/v2/health/ready')).toMatchObject({ status: 200, body: { ready: true } });
    expect(await serving.get(`/v2/models/${name}`)).toMatchObject({ status: 200, body: { name } });
    expect(await serving.get(`/v2/models/${name}/ready`)).toMatchObject({ status: 200 });
  });
});
