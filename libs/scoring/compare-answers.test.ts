import { describe, expect, it } from 'vitest';
import { compareAnswers } from './compare-answers.js';

const v1 = (...predictions: unknown[]) => ({ response: { predictions }, output: undefined });

describe('compareAnswers', () => {
  it('compares row by row, labels as a truth is compared with them', () => {
    expect(compareAnswers(v1(3), v1(3))).toEqual({ agreed: 1, difference: 0 });
    expect(compareAnswers(v1('cat', 'dog'), v1('cat', 'cow'))).toEqual({ agreed: 0.5, difference: null });
    expect(compareAnswers(v1(true), v1(1))).toMatchObject({ agreed: 1 });
    expect(compareAnswers(v1({ a: { x: 1 } }), v1({ a: { x: 1 } }))).toMatchObject({ agreed: 1 });
  });

  it('gives the mean difference of numbers, shadow − champion', () => {
    expect(compareAnswers(v1(10, 20), v1(12, 21))).toEqual({ agreed: 0, difference: 1.5 });
  });

  it('looks at the output that each version names', () => {
    const champion = { response: { predictions: [{ label: 3, score: 0.9 }] }, output: 'label' };
    const shadow = { response: { predictions: [{ class: 3, label: 8 }] }, output: 'class' };
    expect(compareAnswers(champion, shadow)).toEqual({ agreed: 1, difference: 0 });
  });

  it('says nothing of what cannot be compared', () => {
    expect(compareAnswers(v1(1, 2), v1(1))).toBeNull();
    expect(compareAnswers(v1(), v1())).toBeNull();
    expect(compareAnswers({ response: null, output: undefined }, v1(1))).toBeNull();
    expect(compareAnswers(v1({ a: 1, b: 2 }), { ...v1({ a: 1, b: 2 }), output: 'c' })).toBeNull();
  });
});
