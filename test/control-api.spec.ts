import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { digit, digitsManifest, eventually, modelPath, soleVersion, v2Question, weightOf } from '#testing';
import { useStack } from './use-stack.js';

describe('the control API', () => {
  const stack = useStack();
  const canary = { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1h', minSamples: 100, margin: 0.02 };

  describe('refuses a manifest that is wrong, with the path and what was expected, and changes nothing', () => {
    const good = digitsManifest('refused', { canary });
    const cases: [string, unknown, string, RegExp][] = [
      ['a field that does not exist', { ...good, spec: { ...good.spec, strategie: 1 } }, 'spec.strategie', /unknown/],
      [
        'a field of the strategy that does not exist',
        digitsManifest('refused', { canary: { ...canary, stpes: [1] } }),
        'spec.strategy.canary.stpes',
        /steps/,
      ],
      ['a strategy that does not exist', digitsManifest('refused', { canery: canary }), 'spec.strategy', /canary/],
      ['two strategies', digitsManifest('refused', { canary, single: { version: 'v1' } }), 'spec.strategy', /one/],
      [
        'a version that is not listed',
        digitsManifest('refused', { canary: { ...canary, candidate: 'v7' } }),
        'spec.strategy.canary.candidate',
        /v7/,
      ],
      [
        'steps that fall',
        digitsManifest('refused', { canary: { ...canary, steps: [50, 10] } }),
        'spec.strategy.canary.steps',
        /more than/,
      ],
      [
        'a duration that is none',
        digitsManifest('refused', { canary: { ...canary, interval: 'soon' } }),
        'spec.strategy.canary.interval',
        /30s|duration/,
      ],
      [
        'a metric that does not exist',
        digitsManifest('refused', { canary }, { truth: { metric: 'beauty' } }),
        'spec.truth.metric',
        /accuracy/,
      ],
      ['a name that is none', { ...good, metadata: { name: 'Refused!' } }, 'metadata.name', /lower case/],
    ];
    it.each(cases)('%s', async (_, manifest, path, expected) => {
      const answer = await stack().control.put('refused', manifest);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain(path);
      expect(JSON.stringify(answer.body)).toMatch(expected);
      expect((await stack().control.list()).map(({ name }) => name)).not.toContain('refused');
    });

    it('an artifact outside of the allowed folders, or that is not there', async () => {
      const version = (artifact: string) => ({ versions: [{ name: 'v1', runtime: 'onnx', artifact }] });
      for (const artifact of [
        '/etc/passwd',
        `${modelPath('v1')}/../../../../../etc/passwd`,
        modelPath('v1') + '.missing',
      ]) {
        const answer = await stack().control.put(
          'refused',
          digitsManifest('refused', { single: { version: 'v1' } }, version(artifact)),
        );
        expect(answer.status, artifact).toBe(400);
        expect(JSON.stringify(answer.body)).toContain('spec.versions');
      }
    });

    it('a name that is not the one in the path', async () => {
      expect((await stack().control.put('other', good)).status).toBe(400);
    });

    it('what is no manifest at all', async () => {
      expect((await stack().control.put('refused', 'a: [b')).status).toBe(400);
      expect((await stack().control.put('refused', [1, 2])).status).toBe(400);
    });
  });

  it('takes YAML as it takes JSON, and the same manifest again changes nothing', async () => {
    const { control } = stack();
    const manifest = digitsManifest('same', { canary });
    const first = await control.apply(manifest);
    const again = await control.put('same', stringify(manifest), '10s');
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ revision: first.revision });
    const after = await control.view('same');
    expect(after).toMatchObject({ revision: first.revision, epoch: first.epoch, rollout: { id: first.rollout.id } });
  });

  it('starts a new rollout for a changed strategy, and none for other changes', async () => {
    const { control } = stack();
    const first = await control.view('same');
    const other = await control.apply(digitsManifest('same', { canary }, { timeout: '4s' }));
    expect(other.revision).toBe(first.revision + 1);
    expect(other.rollout.id).toBe(first.rollout.id);
    expect(other.plan).toMatchObject({ timeoutMs: 4000, salt: first.plan.salt });

    const changed = await control.apply(
      digitsManifest('same', { canary: { ...canary, steps: [30, 60] } }, { timeout: '4s' }),
    );
    expect(changed.rollout.id).toBe(first.rollout.id + 1);
    expect(weightOf(changed.plan, 'v2')).toBe(0.3);
    expect(changed.plan.salt).not.toBe(first.plan.salt);
  });

  it('shows revision, epoch, plan and verdict', async () => {
    const { control } = stack();
    const view = await control.awaitView('same', ({ verdict }) => verdict !== null, 'a verdict');
    expect(view.verdict).toMatchObject({ outcome: 'hold', waitsFor: expect.any(String) as unknown });
    expect(view.versions.map(({ version, weight }) => [version, weight])).toEqual(
      expect.arrayContaining([
        ['v1', 0.7],
        ['v2', 0.3],
      ]),
    );
    const listed = (await control.list()).find(({ name }) => name === 'same');
    expect(listed).toMatchObject({ strategy: 'canary', status: 'running', revision: view.revision, epoch: view.epoch });
  });

  it('pauses, resumes, rolls back and promotes, and keeps what was done', async () => {
    const { control } = stack();
    expect((await control.steer('same', 'pause')).status).toBe(200);
    await control.awaitView('same', ({ rollout }) => rollout.status === 'paused', 'paused');
    expect((await control.steer('same', 'resume')).status).toBe(200);
    await control.awaitView('same', ({ rollout }) => rollout.status === 'running', 'running');
    expect((await control.steer('same', 'rollback')).status).toBe(200);
    const back = await control.awaitView('same', ({ plan }) => soleVersion(plan) === 'v1', 'all on v1');
    expect(back.rollout.status).toBe('failed');
    const types = (await control.events('same')).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['paused', 'resumed', 'rolled-back']));
  });

  it('does nothing when the manifest of a promoted rollout comes again', async () => {
    const { control } = stack();
    const manifest = digitsManifest('promoted', { canary });
    await control.apply(manifest);
    expect((await control.steer('promoted', 'promote', { version: 'v2' })).status).toBe(200);
    const before = await control.awaitView('promoted', ({ plan }) => soleVersion(plan) === 'v2', 'all on v2');
    const again = await control.apply(manifest);
    expect(again).toMatchObject({ revision: before.revision, epoch: before.epoch, rollout: { id: before.rollout.id } });
    expect(soleVersion(again.plan)).toBe('v2');
  });

  it('says 404 for what does not exist and 409 for what makes no sense', async () => {
    const { control } = stack();
    await expect(control.view('nobody')).rejects.toThrow('404');
    expect((await control.steer('nobody', 'promote')).status).toBe(404);
    expect((await control.remove('nobody')).status).toBe(404);
    await control.apply(digitsManifest('alone', { single: { version: 'v1' } }));
    const answer = await control.steer('alone', 'rollback');
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ error: expect.any(String) as unknown });
  });

  it('refuses other bytes under the name of a version', async () => {
    const { control } = stack();
    const manifest = (artifact: string) =>
      digitsManifest(
        'bytes',
        { single: { version: 'v1' } },
        { versions: [{ name: 'v1', runtime: 'onnx', artifact, output: 'label' }] },
      );
    await control.apply(manifest(modelPath('v1')));
    expect((await control.put('bytes', manifest(modelPath('v2')))).status).toBe(409);
  });

  it('deletes an endpoint, keeps its log, and lets the name be used again with a greater epoch', async () => {
    const { control, serving, log } = stack();
    const manifest = digitsManifest('gone', { single: { version: 'v1' } });
    const first = await control.apply(manifest);
    await serving.infer('gone', { id: 'kept', ...v2Question(digit(0)) });
    await log.awaitRowsOf('gone', 'kept');

    expect((await control.remove('gone')).status).toBeLessThan(300);
    await eventually(async () => (await serving.infer('gone', v2Question(digit(0)))).status === 404, {
      what: 'the endpoint unknown',
    });
    expect((await control.list()).map(({ name }) => name)).not.toContain('gone');
    await expect(control.view('gone')).rejects.toThrow('404');
    expect(await log.rowsOf('gone', 'kept')).toHaveLength(1);

    const second = await control.apply(manifest);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect((await serving.infer('gone', v2Question(digit(0)))).status).toBe(200);
  });
});
