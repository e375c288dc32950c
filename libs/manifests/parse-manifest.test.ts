import { describe, expect, it } from 'vitest';
import { strategies } from '#strategies';
import { parseManifest } from './parse-manifest.js';

const yaml = `
apiVersion: understudy/v1
kind: Endpoint
metadata: { name: digits }
spec:
  versions:
    - { name: v1, runtime: onnx, artifact: ./models/v1.onnx }
    - { name: v2, runtime: onnx, artifact: ./models/v2.onnx }
  truth: { metric: accuracy, window: 10m, missing: drop }
  strategy: { canary: { champion: v1, candidate: v2, steps: [5, 25, 50], interval: 1m, minSamples: 200, margin: 0.02, onSuccess: promote } }
`;
const spec = {
  versions: [
    { name: 'v1', runtime: 'onnx', artifact: 'v1.onnx' },
    { name: 'v2', runtime: 'onnx', artifact: 'v2.onnx' },
  ],
  strategy: { single: { version: 'v1' } } as object,
};
const manifest = (changes: object = {}, rest: object = {}) => ({
  apiVersion: 'understudy/v1',
  kind: 'Endpoint',
  metadata: { name: 'digits' },
  spec: { ...spec, ...changes },
  ...rest,
});
const canary = (changes: object) => manifest({ strategy: { canary: { champion: 'v1', candidate: 'v2', ...changes } } });
const problems = (input: unknown): Record<string, string> => {
  const result = parseManifest(input);
  return result.ok ? {} : Object.fromEntries(result.problems.map(({ path, message }) => [path, message]));
};

describe('parseManifest', () => {
  it('reads YAML, JSON text and objects alike', () => {
    const result = parseManifest(yaml);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const { name, envelope, strategy, reward } = result.manifest;
    expect(name).toBe('digits');
    expect(envelope.spec.truth?.window).toBe(600_000);
    expect(envelope.spec.timeout).toBe(5_000);
    expect(strategy.name).toBe('canary');
    expect(strategy.spec).toMatchObject({ interval: '1m', steps: [5, 25, 50] });
    expect(reward).toEqual({ kind: 'binary', goal: 'maximise' });
    expect(parseManifest(JSON.stringify(result.manifest.source))).toEqual(result);
    expect(parseManifest(result.manifest.source)).toEqual(result);
  });

  it('takes webhooks with references to secrets, and names what is wrong with them', () => {
    const secretFrom = { env: 'UNDERSTUDY_SECRET_HOOK' };
    const url = 'https://example.com/hook';
    const result = parseManifest(manifest({ notifications: [{ webhook: { url, secretFrom } }] }));
    expect(result.ok && result.manifest.envelope.spec.notifications).toEqual([
      { webhook: { url, secretFrom, format: 'json' }, on: ['rollout', 'step', 'promoted', 'rolled-back'] },
    ]);
    const wrong = (webhook: object, more: object = {}) => problems(manifest({ notifications: [{ webhook, ...more }] }));
    const path = 'spec.notifications[0].webhook';
    expect(wrong({ url })).toEqual({
      [`${path}.secretFrom`]: expect.stringContaining('{ env } or { file }') as unknown,
    });
    expect(wrong({ url: 'file:///etc/passwd', secretFrom })).toEqual({
      [`${path}.url`]: expect.stringContaining('https://') as unknown,
    });
    expect(wrong({ format: 'slack' })).toEqual({ [`${path}.url`]: expect.stringContaining('"urlFrom"') as unknown });
    expect(wrong({ url, secretFrom: { env: 'DATABASE_URL' } })).toEqual({
      [`${path}.secretFrom.env`]: expect.stringContaining('UNDERSTUDY_SECRET_') as unknown,
    });
    expect(wrong({ url, secretFrom: { file: '../passwd' } })).toHaveProperty([`${path}.secretFrom.file`]);
    expect(wrong({ url, secretFrom, secret: 'x' })).toHaveProperty([`${path}.secret`]);
    expect(wrong({ url, secretFrom }, { on: ['sometimes'] })).toHaveProperty(['spec.notifications[0].on[0]']);
    const webhook = { url, secretFrom };
    expect(problems(manifest({ notifications: [{ webhook }, { webhook, on: ['event'] }] }))).toEqual({
      'spec.notifications': expect.stringContaining('each address once') as unknown,
    });
  });

  it('takes a time before the rollout or a fixed one as the reference for drift, a day where none is named', () => {
    const reference = (drift: object) => {
      const result = parseManifest(manifest({ drift }));
      return result.ok ? result.manifest.envelope.spec.drift?.reference : result.problems;
    };
    expect(reference({})).toBe(86_400_000);
    expect(reference({ reference: '7d' })).toBe(7 * 86_400_000);
    expect(reference({ reference: { from: '2026-01-01T00:00:00Z', to: 1_767_312_000_000 } })).toEqual({
      from: Date.UTC(2026, 0, 1),
      to: Date.UTC(2026, 0, 2),
    });
    expect(reference({ reference: 'ever' })).toMatchObject([
      { path: 'spec.drift.reference', message: expect.stringContaining('expected a duration such as') as string },
    ]);
    expect(reference({ reference: { from: 2, to: 1 } })).toMatchObject([
      { path: 'spec.drift.reference.to', message: 'expected a moment after "from", got 1' },
    ]);
  });

  it('names a field that does not exist, with its path and those that do', () => {
    expect(problems(canary({ stpes: [5] }))).toEqual({
      'spec.strategy.canary.stpes': expect.stringMatching(
        /^unknown field; expected one of champion, candidate, steps/,
      ) as string,
    });
    expect(problems(manifest({ truht: {} }))['spec.truht']).toMatch(/expected one of versions, truth, strategy/);
    const versions = [{ ...spec.versions[0], runtme: 'onnx' }];
    expect(problems(manifest({ versions }))['spec.versions[0].runtme']).toMatch(
      /expected one of name, runtime, artifact/,
    );
    const guardrails = { errors: { margn: 1 } };
    expect(problems(canary({ guardrails }))['spec.strategy.canary.guardrails.errors.margn']).toBe(
      'unknown field; expected one of margin',
    );
    const shadows = [{ version: 'v2', fracton: 1 }];
    expect(problems(manifest({ strategy: { silent: { champion: 'v1', shadows } } }))).toEqual({
      'spec.strategy.silent.shadows[0].fracton': 'unknown field; expected one of version, fraction',
    });
  });

  it('names a version that is not listed', () => {
    expect(problems(canary({ candidate: 'v9' }))).toEqual({
      'spec.strategy.canary.candidate': 'version "v9" is not listed in spec.versions; expected one of v1, v2',
    });
    expect(problems(manifest({ strategy: { bandit: { arms: ['v1', 'v3'] } } }))).toHaveProperty([
      'spec.strategy.bandit.arms[1]',
    ]);
  });

  it('names versions that stand twice, or that Kafka would take for one', () => {
    const [first] = spec.versions;
    expect(problems(manifest({ versions: [first, first] }))).toHaveProperty(['spec.versions[1].name']);
    const alike = [first, { ...first, name: 'v1.0' }, { ...first, name: 'v1_0' }];
    expect(problems(manifest({ versions: alike }))['spec.versions[2].name']).toContain('differ only in "." and "_"');
  });

  it('names steps that fall or leave (0, 100)', () => {
    expect(problems(canary({ steps: [25, 5] }))).toEqual({
      'spec.strategy.canary.steps[1]': 'expected more than the step before it, 25, got 5',
    });
    expect(Object.keys(problems(canary({ steps: [0, 50, 100] })))).toEqual([
      'spec.strategy.canary.steps[0]',
      'spec.strategy.canary.steps[2]',
    ]);
  });

  it('names a duration that is none', () => {
    expect(problems(canary({ interval: 'soon' }))['spec.strategy.canary.interval']).toBe(
      'expected a duration such as "30s", "10m" or "1d", got "soon"',
    );
    expect(problems(manifest({ timeout: 5 }))['spec.timeout']).toBe('expected string, got 5');
  });

  it('wants exactly one strategy that exists', () => {
    const names = strategies.map(({ name }) => name).join(', ');
    expect(problems(manifest({ strategy: {} }))['spec.strategy']).toBe(
      `expected exactly one strategy of ${names}, got none`,
    );
    expect(problems(manifest({ strategy: { single: {}, canary: {} } }))['spec.strategy']).toContain(
      'got single and canary',
    );
    expect(problems(manifest({ strategy: { carany: {} } }))['spec.strategy.carany']).toBe(
      `unknown strategy; expected one of ${names}`,
    );
    expect(problems(manifest({ strategy: undefined }))['spec.strategy']).toContain('exactly one of');
    expect(problems(manifest({ strategy: { single: null } }))['spec.strategy.single']).toBe(
      'expected object, got null',
    );
  });

  it('names an unknown metric and truths that do not fit', () => {
    expect(problems(manifest({ truth: { metric: 'acuracy' } }))['spec.truth.metric']).toContain(
      'expected one of accuracy',
    );
    expect(problems(manifest({ truth: { missing: 'default' } }))['spec.truth.default']).toContain('expected a number');
  });

  it('asks for a margin where rewards are not within [0, 1]', () => {
    const truth = { metric: 'absolute-error' };
    const strategy = { canary: { champion: 'v1', candidate: 'v2' } };
    expect(problems(manifest({ truth, strategy }))).toHaveProperty(['spec.strategy.canary.margin']);
  });

  it('says what is missing', () => {
    expect(problems({ apiVersion: 'understudy/v1' })).toMatchObject({
      kind: expect.stringContaining('missing; expected') as string,
      metadata: 'missing; expected object',
      spec: 'missing; expected object',
    });
  });

  it('says all at once', () => {
    const input = manifest({
      versions: [{ name: 'v 1', artifact: 1 }],
      strategy: { canary: { champion: 'v1', candidate: 'v1', steps: [50, 5] } },
    });
    expect(Object.keys(problems(input)).sort()).toEqual([
      'spec.strategy.canary.candidate',
      'spec.strategy.canary.steps[1]',
      'spec.versions[0].artifact',
      'spec.versions[0].name',
      'spec.versions[0].runtime',
    ]);
  });

  it('refuses text that is no manifest, naming the line', () => {
    expect(problems('a: [1')['']).toContain('not valid YAML');
    expect(problems('a: 1\na: 2')['']).toContain('line 2');
    expect(problems('a: 1\n---\nb: 2')['']).toContain('several documents');
    expect(problems('just text')['']).toContain('expected a manifest');
    expect(problems(null)['']).toContain('expected a manifest');
    expect(problems('')['']).toContain('expected a manifest');
  });

  it('refuses what is nested beyond all reason, or contains itself', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    for (const text of [`spec: ${deep(200)}`, 'spec: &a [*a, *a]'])
      expect(problems(text)['']).toBe('expected at most 100 levels of nesting');
    expect(problems(`spec: ${deep(20_000)}`)['']).toMatch(/not valid YAML: .*call stack/);
    expect(problems(manifest({ versions: JSON.parse(deep(20_000)) as unknown }))['']).toContain('levels of nesting');
  });

  it('refuses a time that no clock can tell', () => {
    expect(problems(manifest({ timeout: '99999999999999999999w' }))['spec.timeout']).toContain('at most "36500d"');
  });

  it('has a value for every strategy’s schema, so that a new one needs no change here', () => {
    for (const { name } of strategies) {
      expect(problems(manifest({ strategy: { [name]: { nonsense: 1 } } }))).toHaveProperty([
        `spec.strategy.${name}.nonsense`,
      ]);
    }
  });
});
