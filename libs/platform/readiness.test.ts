import { expect, it } from 'vitest';
import { Readiness } from './readiness.js';

it('is ready when every part is, and says what it waits for', () => {
  const readiness = new Readiness();
  expect(readiness.ready).toBe(true);
  let joined = false;
  readiness.add('topics', () => joined || 'the group of requests');
  readiness.add('models', () => joined);
  expect(readiness.ready).toBe(false);
  expect(readiness.waitsFor()).toEqual(['topics: the group of requests', 'models']);
  joined = true;
  expect(readiness.ready).toBe(true);
  expect(readiness.waitsFor()).toEqual([]);
});
