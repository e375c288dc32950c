import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { manifestDifferences } from './differences.js';
import { exportManifest, meaningOf } from './meaning.js';
import { parseManifest, type Manifest } from './parse-manifest.js';

const parsed = (input: unknown): Manifest => {
  const result = parseManifest(input);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.manifest;
};

const duration = fc.constantFrom('500ms', '30s', '10m', '1.5h', '7d');
const versions = fc
  .uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), { minLength: 2, maxLength: 4 })
  .map((names) => names.map((name) => ({ name, runtime: 'onnx', artifact: `/models/${name}.onnx` })));
const strategyOf = ([first, second]: readonly { name: string }[]): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({ single: fc.record({ version: fc.constant(first?.name) }) }),
    fc.record({
      canary: fc.record(
        {
          champion: fc.constant(first?.name),
          candidate: fc.constant(second?.name),
          interval: duration,
          minSamples: fc.integer({ min: 1, max: 500 }),
        },
        { requiredKeys: ['champion', 'candidate'] },
      ),
    }),
    fc.record({
      silent: fc.record({
        champion: fc.constant(first?.name),
        shadows: fc.constant([{ version: second?.name, fraction: 0.5 }]),
      }),
    }),
    fc.record({ bandit: fc.record({ arms: fc.constant([first?.name, second?.name]) }) }),
  );
const manifest = versions.chain((listed) =>
  fc.record({
    apiVersion: fc.constant('understudy/v1'),
    kind: fc.constant('Endpoint'),
    metadata: fc.record(
      {
        name: fc.constant('generated'),
        description: fc.string(),
        labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string(), { maxKeys: 3 }),
      },
      { requiredKeys: ['name'] },
    ),
    spec: fc.record(
      {
        versions: fc.constant(listed),
        strategy: strategyOf(listed),
        truth: fc.record({ metric: fc.constant('accuracy'), window: duration }, { requiredKeys: [] }),
        drift: fc.record({ reference: duration }, { requiredKeys: [] }),
        timeout: duration,
        kafkaDeadline: duration,
        maxLag: duration,
        assignment: fc.constantFrom('request', 'key'),
        partitions: fc.integer({ min: 1, max: 1024 }),
      },
      { requiredKeys: ['versions', 'strategy'] },
    ),
  }),
);

describe('an exported manifest', () => {
  it('means what the one that was applied means, as YAML too', () => {
    fc.assert(
      fc.property(manifest, fc.integer({ min: 1, max: 1e6 }), (given, revision) => {
        const before = parsed(given);
        const exported = exportManifest(before.source, revision);
        const after = parsed(stringify(exported));
        expect(after.envelope.metadata.revision).toBe(revision);
        expect(Object.keys(exported).slice(0, 4)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
        expect(Object.keys(exported.spec)[0]).toBe('versions');
        expect(meaningOf(after)).toEqual(meaningOf(before));
        expect(manifestDifferences(before, after)).toEqual([]);
      }),
    );
  });
});

describe('manifestDifferences', () => {
  const base = {
    apiVersion: 'understudy/v1',
    kind: 'Endpoint',
    metadata: { name: 'digits' },
    spec: {
      versions: [
        { name: 'v1', runtime: 'onnx', artifact: '/v1' },
        { name: 'v2', runtime: 'onnx', artifact: '/v2' },
      ],
      strategy: { canary: { champion: 'v1', candidate: 'v2', steps: [5, 25] } },
    },
  };
  const between = (changes: object): unknown =>
    manifestDifferences(parsed(base), parsed({ ...base, spec: { ...base.spec, ...changes } }));

  it('are none for the same meaning, however it is written', () => {
    const canary = { ...base.spec.strategy.canary, interval: '600s', steps: [5, 25] };
    const same = parsed({ ...base, spec: { ...base.spec, timeout: '5000ms', strategy: { canary } } });
    const other = parsed({ ...base, spec: { ...base.spec, strategy: { canary: { ...canary, interval: '10m' } } } });
    expect(manifestDifferences(same, other)).toEqual([]);
  });

  it('name fields, defaults as durations, versions by name, and lists as a whole', () => {
    expect(between({ timeout: '2s' })).toEqual([{ path: 'spec.timeout', before: '5s', after: '2s' }]);
    const [v1] = base.spec.versions;
    const v3 = { name: 'v3', runtime: 'onnx', artifact: '/v3' };
    expect(between({ versions: [{ ...v1, pool: 'gpu' }, base.spec.versions[1], v3] })).toEqual([
      { path: 'spec.versions[v1].pool', after: 'gpu' },
      { path: 'spec.versions[v3]', after: v3 },
    ]);
    expect(between({ strategy: { canary: { champion: 'v1', candidate: 'v2', steps: [5, 50] } } })).toEqual([
      { path: 'spec.strategy.canary.steps', before: [5, 25], after: [5, 50] },
    ]);
    expect(between({ strategy: { single: { version: 'v1' } } })).toMatchObject([
      { path: 'spec.strategy.canary', before: { champion: 'v1' } },
      { path: 'spec.strategy.single', after: { version: 'v1' } },
    ]);
  });

  it('are there exactly where the meaning differs', () => {
    fc.assert(
      fc.property(manifest, manifest, (one, other) => {
        const [before, after] = [parsed(one), parsed(other)];
        const same = JSON.stringify(sorted(meaningOf(before))) === JSON.stringify(sorted(meaningOf(after)));
        expect(manifestDifferences(before, after).length === 0).toBe(same);
      }),
    );
  });
});

/** With its keys in order, and without those that are undefined. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]);
}
