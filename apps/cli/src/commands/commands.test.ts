import { describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import { ApiError, describeFailure } from '../errors.js';
import { describe as inWords } from './describe.js';
import { inWords as forgotten } from './forget.js';
import { jsonOrText } from './truth.js';

const view: EndpointView = {
  name: 'digits',
  revision: 2,
  epoch: 7,
  ready: true,
  waitsFor: [],
  strategy: { name: 'canary', spec: {} },
  rollout: { id: 3, status: 'running', startedAt: '2026-01-01T00:00:00Z', endedAt: null, state: {} },
  plan: {
    endpoint: 'digits', revision: 2, epoch: 7, rollout: 3, step: 1, assignment: 'key', salt: 's', fallback: 'v1', timeoutMs: 5000, at: 0,
    allocation: [{ version: 'v2', weight: 0.25 }, { version: 'v1', weight: 0.75 }],
    shadows: [],
  }, // prettier-ignore
  versions: [
    {
      version: 'v1', runtime: 'onnx', artifact: '/v1', sha256: null, weight: 0.75, shadowFraction: null, workers: 2, failure: null,
      evidence: { requests: 90, errors: 1, units: 90, errorSum: 1, scored: 80, sum: 68, sumSquares: 68, mean: 0.85, lower: 0.75123, upper: 0.93 },
    },
    { version: 'v2', runtime: 'onnx', artifact: '/v2', sha256: null, weight: 0.25, shadowFraction: null, workers: 0, failure: 'no such file', evidence: null },
  ], // prettier-ignore
  pairs: [],
  verdict: {
    outcome: 'hold',
    reason: 'not enough truth yet',
    waitsFor: '120 more scored requests of v2',
    checks: [{ name: 'min-samples', outcome: 'wait', value: 80, threshold: 200, detail: '80 of 200' }],
  },
  evidenceSeq: 12,
  manifest: {},
};

describe('describe', () => {
  it('shows shares, evidence, what does not load, and the verdict with its checks', () => {
    const text = inWords(view);
    expect(text).toContain('plan       7 (revision 2): v2 25 %, v1 75 %; fallback v1');
    expect(text).toMatch(/v1 +75 % +2 +90 +1 +80 +0\.85 +0\.7512 … 0\.93/);
    expect(text).toMatch(/v2 +25 % +0 .*no such file/);
    expect(text).toContain('verdict    hold: not enough truth yet');
    expect(text).toContain('waits for  120 more scored requests of v2');
    expect(text).toMatch(/min-samples +wait +80 +200 +80 of 200/);
  });
});

describe('truth values', () => {
  it('are JSON where they can be, else text', () => {
    expect(['8', '"cat"', '[1,2]', 'cat', 'true'].map(jsonOrText)).toEqual([8, 'cat', [1, 2], 'cat', true]);
  });
});

describe('forget', () => {
  const topic = {
    topic: 'understudy.predictions',
    retentionMs: 604_800_000,
    segmentMs: 0,
    until: '2026-01-08T00:00:00Z',
  };

  it('says what was erased, which rules name the consumer, and until when Kafka holds records', () => {
    const pins = [{ endpoint: 'digits', inManifest: true, plans: 2 }];
    const text = forgotten('ann', { requests: 2, rows: { predictions: 3, key_stats: 1 }, pins, topics: [topic] });
    expect(text).toContain('2 requests of ann erased');
    expect(text).toMatch(/predictions +3/);
    expect(text).toContain('manifest of digits names ann');
    expect(text).toMatch(/understudy\.predictions +7d +2026-01-08T00:00:00Z/);
  });

  it('says so where there is nothing, where Kafka keeps records for ever, and where it cannot be asked', () => {
    const nothing = { requests: 0, rows: {}, pins: [] };
    const forEver = { ...topic, retentionMs: null, until: null };
    expect(forgotten('ann', { ...nothing, topics: [forEver] })).toMatch(/nothing of ann[\s\S]*for ever +never/);
    expect(forgotten('ann', { ...nothing, topics: null })).toContain('Kafka did not say');
  });
});

describe('failures', () => {
  it('name each problem with its path, and the next step', () => {
    const refused = new ApiError('the manifest is refused', 400, [{ path: 'spec.strategy', message: 'expected one' }]);
    expect(describeFailure(refused)).toBe('error: the manifest is refused\n  spec.strategy: expected one');
    expect(describeFailure(new ApiError('no answer', null))).toContain('npm start');
  });
});
