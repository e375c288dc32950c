import { describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import { ApiError, describeFailure } from '../errors.js';
import { describe as inWords } from './describe.js';
import { inWords as forgotten } from './forget.js';
import { endpointsTable } from './get.js';
import { plansTable, rolloutsTable } from './history.js';
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
    shadows: [], rules: [{ when: { routingKey: 'ann' }, version: 'v2' }],
  }, // prettier-ignore
  versions: [
    {
      version: 'v1', runtime: 'onnx', artifact: '/v1', sha256: null, weight: 0.75, shadowFraction: null, workers: 2, failure: null,
      evidence: { requests: 90, errors: 1, units: 90, errorSum: 1, scored: 80, sum: 68, sumSquares: 68, mean: 0.85, lower: 0.75123, upper: 0.93 },
    },
    { version: 'v2', runtime: 'onnx', artifact: '/v2', sha256: null, weight: 0.25, shadowFraction: null, workers: 0, failure: 'no such file', evidence: null },
  ], // prettier-ignore
  pairs: [],
  lastGood: 'v1',
  template: null,
  verdict: {
    outcome: 'hold',
    reason: 'not enough truth yet',
    waitsFor: '120 more scored requests of v2',
    checks: [{ name: 'min-samples', version: 'v2', outcome: 'wait', value: 80, threshold: 200, detail: '80 of 200' }],
  },
  wait: {
    ms: 5_400_000,
    because: '120 more scored units',
    checks: [{ name: 'min-samples', version: 'v2', ms: 5_400_000, because: '' }],
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
    expect(text).toContain('how long   about 1.5 h: 120 more scored units');
    expect(text).toMatch(/min-samples +wait +80 +200 +1\.5 h +80 of 200/);
    expect(text).toContain('pinned     routing key ann to v2');
    expect(text).toContain('last good  v1');
    expect(text).not.toContain('template');
  });

  it('shows the template that the strategy was made of, and whether there is a newer one', () => {
    const template = { name: 'careful', revision: 3, newest: 3 };
    expect(inWords({ ...view, template })).toMatch(/^template +careful, revision 3$/m);
    expect(inWords({ ...view, template: { ...template, newest: 4 } })).toContain(
      'careful, revision 3; revision 4 comes with the next apply or update',
    );
    expect(inWords({ ...view, template: { ...template, newest: null } })).toContain('revision 3; it is gone');
  });

  it('shows what a gate waits for among the checks', () => {
    const detail = 'all of the traffic for v2 waits for `understudy approve`';
    const verdict = { outcome: 'promote', version: 'v2', reason: 'no worse', waitsFor: 'approval of all of the traffic for v2', checks: [{ name: 'approval', outcome: 'wait', detail }] } as const; // prettier-ignore
    const text = inWords({ ...view, verdict: { ...verdict, checks: [...verdict.checks] }, wait: null });
    expect(text).toContain('waits for  approval of all of the traffic for v2');
    expect(text).toMatch(/approval +wait +– +– +all of the traffic for v2 waits for `understudy approve`/);
  });
});

describe('get', () => {
  it('says since when, and what is ready', () => {
    const endpoint = { name: 'digits', revision: 2, epoch: 7, strategy: 'canary', status: 'running', startedAt: '2026-01-01T00:00:00Z', ready: false, allocation: view.plan.allocation, verdict: 'hold' } as const; // prettier-ignore
    expect(endpointsTable([endpoint], Date.parse('2026-01-01T03:00:00Z'))).toMatch(
      /digits +canary +running +no +v2 25 %, v1 75 % +hold +3 h +2 +7/,
    );
  });
});

describe('history', () => {
  it('says how rollouts ended, and by whom', () => {
    const rollout = { id: 3, strategy: 'canary', versions: ['v1', 'v2'], status: 'failed' as const, revision: 2, startedAt: 'then', endedAt: 'now', plans: 4, startedBy: 'ann' }; // prettier-ignore
    const ended = { ...rollout, verdict: { outcome: 'rollback', version: 'v2', reason: '' }, endedBy: { actor: 'bob', reason: 'too slow' } } as const; // prettier-ignore
    expect(rolloutsTable([ended])).toMatch(/3 +canary +v1, v2 +failed +then +now +4 +rollback v2 +ann +bob: too slow/);
    expect(rolloutsTable([{ ...rollout, endedAt: null, verdict: null, endedBy: null }])).toMatch(
      /then +– +4 +– +ann +–/,
    );
  });

  it('says which plans there were and why', () => {
    const plan = { epoch: 7, rollout: 3, step: 1, at: 'then', publishedAt: 'now', allocation: view.plan.allocation, shadows: [], reason: 'passed' }; // prettier-ignore
    expect(plansTable([plan])).toMatch(/7 +3 +1 +then +v2 25 %, v1 75 % +passed/);
    expect(plansTable([{ ...plan, publishedAt: null }])).toContain('not published yet');
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
