import { describe, expect, it } from 'vitest';
import { parseManifest } from './parse-manifest.js';
import { collapseTemplate, expandTemplate, parseTemplate, type Template } from './template.js';
import { updateManifest } from './update-manifest.js';

const templateOf = (strategy: object, rollout?: object) => ({
  apiVersion: 'understudy/v1',
  kind: 'Template',
  metadata: { name: 'careful' },
  spec: { strategy, ...(rollout === undefined ? {} : { rollout }) },
});
const stages = [{ silent: {}, for: '1d' }, { canary: { steps: [1, 5] } }];
const careful = templateOf({ progressive: { stages } }, { approval: 'promotion', maxDuration: '7d' });
const endpoint = (strategy: object, spec: object = {}) => ({
  apiVersion: 'understudy/v1',
  kind: 'Endpoint',
  metadata: { name: 'digits' },
  spec: {
    versions: ['v1', 'v2', 'v3'].map((name) => ({ name, runtime: 'onnx', artifact: `${name}.onnx` })),
    strategy,
    ...spec,
  },
});

function template(given: object): Template {
  const result = parseTemplate(given);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.template;
}
function expanded(source: object, given: object = careful): object {
  const result = expandTemplate(source, template(given), 4);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
const problems = (given: unknown): string[] => {
  const result = parseTemplate(given);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
};

describe('a template', () => {
  it.each([
    { single: { watch: '1h' } },
    { silent: { shadows: [{ fraction: 0.5 }], margin: 0.1 } },
    { canary: { steps: [5], interval: '1h' } },
    { bandit: { floor: 0.1 } },
    { progressive: { stages } },
  ])('is a strategy without versions, which a reference names: %j', (strategy) => {
    const source = endpoint({
      template: 'careful',
      candidate: 'v2',
      ...('single' in strategy ? {} : { champion: 'v1' }),
    });
    const parsed = parseManifest(expanded(source, templateOf(strategy)));
    expect(parsed).toMatchObject({ ok: true, manifest: { strategy: { name: Object.keys(strategy)[0] } } });
  });

  it('gives its gates too, and what the endpoint says goes before', () => {
    const source = endpoint(
      { template: 'careful', candidate: 'v2' },
      { rollout: { maxDuration: '1d' }, timeout: '2s' },
    );
    const value = expanded(source);
    expect(value).toMatchObject({
      spec: {
        strategy: { progressive: { candidate: 'v2', stages } },
        rollout: { approval: 'promotion', maxDuration: '1d' },
        template: { revision: 4 },
      },
    });
    expect(parseManifest(value).ok).toBe(true);
    expect(collapseTemplate(value)).toEqual(source);
    expect(collapseTemplate(source)).toEqual(source);
  });

  it('is named on by an update', () => {
    const update = (reference: object) =>
      updateManifest(endpoint(reference) as Parameters<typeof updateManifest>[0], 'v2', { name: 'v3' }).spec.strategy;
    expect(update({ template: 'careful', candidate: 'v2' })).toEqual({ template: 'careful', candidate: 'v3' });
    expect(update({ template: 'careful', champion: 'v1', candidate: 'v2' })).toEqual({
      template: 'careful',
      champion: 'v2',
      candidate: 'v3',
    });
  });

  it('is refused with all that is wrong', () => {
    expect(problems('kind: [')).toHaveLength(1);
    expect(problems({ ...careful, spec: {} })[0]).toMatch(/^spec.strategy: missing/);
    expect(problems(templateOf({ luck: {} }))).toEqual([
      expect.stringMatching(/^spec.strategy.luck: unknown strategy/),
    ]);
    expect(problems(templateOf({ canary: { candidate: 'v2', stpes: [1] } }))).toEqual([
      'spec.strategy.canary.candidate: expected no such field in a template: the endpoint that uses it names the versions',
      expect.stringMatching(/^spec.strategy.canary.stpes: unknown field/),
    ]);
    const result = expandTemplate(endpoint({ template: 'careful', candidat: 'v2' }), template(careful), 1);
    expect(result).toMatchObject({
      ok: false,
      problems: [{ path: 'spec.strategy.candidate' }, { path: 'spec.strategy.candidat' }],
    });
    const alone = parseManifest(endpoint({ template: 'careful', candidate: 'v2' }));
    expect(alone).toMatchObject({ ok: false, problems: [{ path: 'spec.strategy.template' }] });
  });
});
