import { describe, expect, it } from 'vitest';
import { accuracyOf, answerDrift, inputDrift, numericDrift } from './compare.js';
import { type SampledRow, sampleOf } from './sample.js';

/** Numbers in [0, 1) that are always the same. */
const spread = (n: number): number => (n * 0.618034) % 1;

const v2 = (data: number[]) => ({ inputs: [{ name: 'x', shape: [1, data.length], datatype: 'FP32', data }] });
const says = (label: number, probability = 0.9) => ({
  outputs: [
    { name: 'label', shape: [1], datatype: 'INT64', data: [label] },
    { name: 'probabilities', shape: [1, 2], datatype: 'FP32', data: label === 0 ? [probability, 1 - probability] : [1 - probability, probability] },
  ],
}); // prettier-ignore
const rows = (count: number, make: (n: number) => Partial<SampledRow>): SampledRow[] =>
  Array.from({ length: count }, (_, n) => ({
    request: v2([spread(n), 1]),
    response: says(n % 2),
    reward: null,
    ...make(n),
  }));

describe('a sample', () => {
  it('has the same columns of both ways to ask, and bounded many', () => {
    const asV1 = sampleOf([{ request: { instances: [[1, 2], [3, 4]] }, response: { predictions: [7, 8] }, reward: 1 }], undefined); // prettier-ignore
    const asV2 = sampleOf([{ request: { inputs: [{ name: 'x', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] }] }, response: null, reward: null }], undefined); // prettier-ignore
    expect(asV1.columns).toEqual(new Map([['[0]', [1, 3]], ['[1]', [2, 4]]])); // prettier-ignore
    expect(asV2.columns).toEqual(asV1.columns);
    expect(asV1.answers).toEqual([7, 8]);
    expect(asV2.answers).toEqual([]);
    const wide = sampleOf([{ request: v2(new Array<number>(5_000).fill(1)), response: null, reward: null }], undefined);
    expect(wide.columns.size).toBe(100);
  });

  it('takes confidences from probabilities alone, and whether they were right', () => {
    const { confidences } = sampleOf([...rows(1, () => ({ reward: 1 })), ...rows(1, () => ({ response: { predictions: [3] } }))], undefined); // prettier-ignore
    expect(confidences).toEqual([{ confidence: 0.9, right: true }]);
  });

  it('is not thrown off by what fits nothing', () => {
    const odd: SampledRow[] = [1, 'x', null, { inputs: [{}] }, { instances: 'no' }].map((request) => ({ request, response: request, reward: null })); // prettier-ignore
    expect(sampleOf(odd, undefined)).toMatchObject({ requests: 5, answers: [], confidences: [] });
  });
});

describe('drift', () => {
  const reference = sampleOf(
    rows(400, () => ({})),
    undefined,
  );

  it('is none against the same, and a column that is always the same does not drift', () => {
    const same = inputDrift(
      reference,
      sampleOf(
        rows(400, (n) => ({ request: v2([spread(n + 7), 1]) })),
        undefined,
      ),
    );
    expect(same).toMatchObject({ columns: 2, drifted: 0 });
    expect(answerDrift(reference, reference)).toMatchObject({ kind: 'categorical', psi: 0, pValue: 1 });
  });

  it('names the column that moved', () => {
    const moved = sampleOf(
      rows(400, (n) => ({ request: v2([spread(n) + 0.6, 1]) })),
      undefined,
    );
    const drift = inputDrift(reference, moved);
    expect(drift).toMatchObject({ columns: 2, drifted: 1 });
    expect(drift!.most[0]!.name).toBe('[0]');
    expect(drift!.most[0]!.psi).toBeGreaterThan(0.25);
  });

  it('sees answers that come more often than they did', () => {
    const drift = answerDrift(reference, sampleOf(rows(400, (n) => ({ response: says(n % 10 === 0 ? 0 : 1) })), undefined));
    expect(drift!.psi).toBeGreaterThan(0.25);
    expect(drift!.pValue).toBeLessThan(1e-6);
  }); // prettier-ignore

  it('says nothing of a few values', () => {
    const few = sampleOf(
      rows(10, () => ({})),
      undefined,
    );
    expect(inputDrift(reference, few)).toBeNull();
    expect(answerDrift(reference, few)).toBeNull();
  });

  it('takes numbers that are no labels as numbers', () => {
    const numbers = (by: number) => sampleOf(rows(100, (n) => ({ response: { predictions: [spread(n) * by] } })), undefined);
    expect(answerDrift(numbers(1), numbers(2))).toMatchObject({ kind: 'numeric', name: 'answer' });
    expect(numericDrift('x', [1, 2, 3], [1, 2, 3])).toMatchObject({ statistic: 0, pValue: 1 });
  }); // prettier-ignore
});

describe('estimated accuracy', () => {
  // Right in nine of ten cases at 0.9, in six of ten at 0.6.
  const right = (n: number): number => (n % 2 === 0 ? (n % 20 < 18 ? 1 : 0) : n % 20 < 12 ? 1 : 0);
  const known = rows(400, (n) => ({ response: says(n % 2, n % 2 === 0 ? 0.9 : 0.6), reward: right(n) }));
  const reference = { version: 'v1', sample: sampleOf(known, undefined) };

  it('of confident answers is what such answers came to', () => {
    const confident = sampleOf(
      rows(100, () => ({ response: says(1, 0.9) })),
      undefined,
    );
    const estimate = accuracyOf('v2', confident, reference);
    expect(estimate).toMatchObject({ answers: 100, calibratedOn: { version: 'v1', answers: 400 } });
    expect(estimate!.estimate).toBeCloseTo(known.filter((_, n) => n % 2 === 0).filter(({ reward }) => reward === 1).length / 200, 9); // prettier-ignore
  });

  it('prefers the version’s own truth, and is none without any', () => {
    expect(accuracyOf('v2', reference.sample, null)).toMatchObject({ calibratedOn: { version: 'v2', answers: 400 } });
    expect(
      accuracyOf(
        'v2',
        sampleOf(
          rows(100, () => ({})),
          undefined,
        ),
        null,
      ),
    ).toBeNull();
  });
});
