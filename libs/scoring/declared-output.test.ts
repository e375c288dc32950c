import { describe, expect, it } from 'vitest';
import { extractAnswers } from './extract-answers.js';

const v2 = {
  parameters: { score: 0.25 },
  outputs: [
    { name: 'label', shape: [2], datatype: 'INT64', data: [3, 7] },
    { name: 'counts', shape: [2, 3], datatype: 'INT32', data: [1, 5, 2, 9, 9, 0] },
  ],
};
const v1 = { predictions: [{ result: { class: 'cat', 'a/b': 1 } }, { result: { class: 'dog', 'a/b': 2 } }] };

describe('an output declared as a JSON pointer', () => {
  it.each([
    ['/outputs/0/data', v2, [3, 7]],
    ['/outputs/1/data/1', v2, [5]],
    ['/parameters/score', v2, [0.25]],
    ['/predictions/*/result/class', v1, ['cat', 'dog']],
    ['/predictions/1/result/class', v1, ['dog']],
    ['/predictions/*/result/a~1b', v1, [1, 2]],
    ['/predictions/*', { predictions: [[0.5, 0.5]] }, [[0.5, 0.5]]],
  ])('%s is taken as it is', (pointer, response, rows) => {
    expect(extractAnswers(response, 'value', pointer)).toEqual(rows);
  });

  it.each(['/predictions/2', '/predictions/*/none', '/predictions/0/result/class/0', '/toString'])(
    '%s that leads nowhere is the fault of the answer',
    (pointer) => {
      expect(() => extractAnswers(v1, 'value', pointer)).toThrow(
        expect.objectContaining({
          fault: 'answer',
          message: expect.stringContaining(`nothing at "${pointer}"`) as string,
        }),
      );
    },
  );
});

describe('an output declared as argmax(…)', () => {
  it('is the index of the greatest of each row, the first of equal ones, integers too', () => {
    expect(extractAnswers(v2, 'value', 'argmax(counts)')).toEqual([1, 0]);
    expect(extractAnswers({ predictions: [{ s: [1, 4] }] }, 'value', 'argmax(/predictions/*/s)')).toEqual([1]);
  });

  it('needs several numbers', () => {
    expect(() => extractAnswers(v2, 'value', 'argmax(label)')).toThrow(/expected several numbers/);
    expect(() => extractAnswers(v2, 'value', 'argmax(none)')).toThrow(/no output "none"/);
  });
});
