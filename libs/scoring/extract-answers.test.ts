import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractAnswers } from './extract-answers.js';
import { ScoringError } from './scoring-error.js';

const tensor = (name: string, datatype: string, shape: number[], data: unknown[]) => ({ name, datatype, shape, data });
const v2 = (...outputs: unknown[]) => ({ model_name: 'digits', outputs });
const label = tensor('label', 'INT64', [2], [3, 7]);
const probabilities = tensor('probabilities', 'FP32', [2, 3], [0.1, 0.2, 0.7, 0.8, 0.1, 0.1]);

describe('the value of an answer', () => {
  it('is the output that is named', () => {
    expect(extractAnswers(v2(label, tensor('other', 'INT64', [2], [1, 2])), 'value', 'other')).toEqual([1, 2]);
  });

  it('is the output called label, wherever it stands', () => {
    expect(extractAnswers(v2(probabilities, label), 'value')).toEqual([3, 7]);
  });

  it('is the only output', () => {
    expect(extractAnswers(v2(tensor('y', 'BYTES', [2], ['cat', 'dog'])), 'value')).toEqual(['cat', 'dog']);
  });

  it('is the argmax of the first float output where there are several and none is called label', () => {
    expect(extractAnswers(v2(tensor('n', 'INT64', [2], [1, 1]), probabilities), 'value')).toEqual([2, 0]);
  });

  it('is the argmax of a named or only output of several floats a row', () => {
    expect(extractAnswers(v2(probabilities), 'value')).toEqual([2, 0]);
    expect(extractAnswers(v2(label, probabilities), 'value', 'probabilities')).toEqual([2, 0]);
  });

  it('keeps several integers a row as a list', () => {
    expect(extractAnswers(v2(tensor('boxes', 'INT32', [1, 3], [4, 5, 6])), 'value')).toEqual([[4, 5, 6]]);
  });

  it('reads data nested as well as flat', () => {
    expect(extractAnswers(v2(tensor('y', 'FP32', [2, 1], [[1.5], [2.5]])), 'value')).toEqual([1.5, 2.5]);
  });

  it('is the element of a V1 answer, or in it what the output names', () => {
    expect(extractAnswers({ predictions: [3, 7] }, 'value')).toEqual([3, 7]);
    expect(extractAnswers({ predictions: [3, 7] }, 'value', 'label')).toEqual([3, 7]);
    expect(extractAnswers({ predictions: [{ label: 3, probabilities: [0.5, 0.5] }] }, 'value')).toEqual([3]);
    expect(extractAnswers({ predictions: [{ label: 3, other: 9 }] }, 'value', 'other')).toEqual([9]);
    expect(extractAnswers({ predictions: [[0.1, 0.9]] }, 'value')).toEqual([1]);
  });
});

describe('the scores of an answer', () => {
  it('are the probabilities, not the label', () => {
    expect(extractAnswers(v2(label, probabilities), 'scores')).toEqual([
      [0.1, 0.2, 0.7],
      [0.8, 0.1, 0.1],
    ]);
  });

  it('are the first output with several numbers a row', () => {
    const logits = tensor('logits', 'FP32', [1, 2], [0.5, 0.5]);
    expect(extractAnswers(v2(tensor('class', 'INT64', [1], [1]), logits), 'scores')).toEqual([[0.5, 0.5]]);
  });
});

describe('an answer that cannot be read', () => {
  it.each([
    ['no body', null, undefined],
    ['neither V1 nor V2', { result: 3 }, undefined],
    ['an output that is not there', v2(label), 'score'],
    ['data that do not fill the shape', v2(tensor('label', 'INT64', [3], [1, 2])), undefined],
    ['nothing to choose by', v2(tensor('a', 'INT64', [1], [1]), tensor('b', 'INT64', [1], [1])), undefined],
    ['a tensor without a shape', v2({ name: 'label', data: [1] }), undefined],
  ])('is the fault of the answer: %s', (_, response, output) => {
    const error = (() => {
      try {
        extractAnswers(response, 'value', output);
        return undefined;
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(ScoringError);
    expect(error).toMatchObject({ fault: 'answer' });
  });

  it('never throws anything else, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('value', 'scores'),
        fc.option(fc.string(), { nil: undefined }),
        (body, wants, output) => {
          for (const response of [
            body,
            { outputs: body },
            { predictions: body },
            { outputs: [body] },
            { predictions: [body] },
          ]) {
            try {
              extractAnswers(response, wants, output);
            } catch (error) {
              expect(error).toBeInstanceOf(ScoringError);
            }
          }
        },
      ),
    );
  });
});
