import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { v1Request, v2Request } from '#contracts';
import { Problem } from './problem.js';
import { readInferenceId, refuseEncodings } from './read-inference.js';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const input = { name: 'X', shape: [1, 2], datatype: 'FP32', data: [1, 2] };
const problemOf = (act: () => unknown): Problem => {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('readInferenceId', () => {
  it('finds the id of a body, in both protocols', () => {
    expect(readInferenceId(json({ id: 'r-1', inputs: [input] }), v2Request)).toBe('r-1');
    expect(readInferenceId(json({ id: 'r-1', instances: [[1, 2]] }), v1Request)).toBe('r-1');
    expect(readInferenceId(json({ inputs: [input] }), v2Request)).toBeUndefined();
  });

  it('takes tensors nested or flat, and leaves their fit to the model', () => {
    expect(() => readInferenceId(json({ inputs: [{ ...input, data: [[1, 2]] }] }), v2Request)).not.toThrow();
    expect(() => readInferenceId(json({ inputs: [{ ...input, shape: [7, 7] }] }), v2Request)).not.toThrow();
  });

  it.each([
    ['no body', undefined, 400, /expected a JSON body/],
    ['half a body', Buffer.from('{"inputs": ['), 400, /the body is not JSON/],
    ['the other protocol', json({ instances: [[1]] }), 400, /^inputs: /],
    ['no inputs', json({ inputs: [] }), 400, /^inputs: /],
    [
      'an input without shape',
      json({ inputs: [{ name: 'X', datatype: 'FP32', data: [] }] }),
      400,
      /^inputs\.0\.shape: /,
    ],
    ['an id that is a number', json({ id: 7, inputs: [input] }), 400, /^id: /],
    [
      'an id with a control character',
      json({ id: 'a\u0000', inputs: [input] }),
      400,
      /^id: expected 1 to 1024 printable/,
    ],
    ['a stream', Readable.from([]), 415, /content type application\/json/],
  ])('refuses %s', (_, body, status, message) => {
    const problem = problemOf(() => readInferenceId(body, v2Request));
    expect(problem.status).toBe(status);
    expect(problem.message).toMatch(message);
  });
});

describe('refuseEncodings', () => {
  it('says what it does not read', () => {
    expect(problemOf(() => refuseEncodings({ 'content-encoding': 'gzip' })).message).toMatch(/"gzip" is not read/);
    expect(problemOf(() => refuseEncodings({ 'inference-header-content-length': '9' })).status).toBe(415);
    expect(() => refuseEncodings({ 'content-encoding': 'identity' })).not.toThrow();
  });
});
