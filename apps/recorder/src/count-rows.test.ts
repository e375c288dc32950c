import { describe, expect, it } from 'vitest';
import type { Prediction } from '#contracts';
import type { StepFacts } from '#database';
import { countRows } from './count-rows.js';

const facts = (assignment: 'request' | 'key') => (): StepFacts => ({
  assignment,
  champion: 'v1',
  weights: {},
  from: 0,
  bucketMs: null,
  contextual: false,
});
const row = (more: Partial<Prediction>) =>
  ({
    endpoint: 'digits',
    rollout: 1,
    step: 0,
    version: 'v1',
    role: 'primary',
    pinned: false,
    routingKey: null,
    status: 'ok',
    ...more,
  }) as Prediction;

describe('countRows', () => {
  it('counts per version and step what did not end ok', () => {
    const rows = [
      row({}),
      row({ status: 'error' }),
      row({ status: 'expired' }),
      row({ step: 1 }),
      row({ version: 'v2' }),
    ];
    expect(
      countRows(rows, facts('request')).map(({ version, step, requests, errors }) => [version, step, requests, errors]),
    ).toEqual([
      ['v1', 0, 3, 2],
      ['v1', 1, 1, 0],
      ['v2', 0, 1, 0],
    ]);
  });

  it('leaves out pinned rows and fallbacks', () => {
    expect(countRows([row({ pinned: true }), row({ role: 'fallback' })], facts('request'))).toEqual([]);
  });

  it('tells consumers apart where the plan assigns by key, and only among primary rows', () => {
    const rows = [
      row({ routingKey: 'ann' }),
      row({ routingKey: 'bob' }),
      row({ routingKey: 'ann', role: 'shadow', version: 'v2' }),
    ];
    expect(countRows(rows, facts('key')).map((count) => count.routingKey)).toEqual(['ann', 'bob', null]);
    expect(countRows(rows, facts('request')).map((count) => count.routingKey)).toEqual([null, null]);
  });
});
