import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Stack, type StackOptions } from '#testing';

/**
 * One stack for the tests of a file: started before the first, stopped after the last, and its logs shown and kept where
 * a test failed. A service that ended by itself is a failure too. Gives back a function, since the stack exists only once the tests run.
 *
 * @param options a function where they depend on what an earlier hook made
 */
export function useStack(options: StackOptions | (() => StackOptions) = {}): () => Stack {
  let stack: Stack | undefined;
  let failed = false;
  beforeAll(async () => {
    stack = await Stack.start(typeof options === 'function' ? options() : options);
  });
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') return;
    failed = true;
    console.error(stack?.tail());
  });
  afterAll(async () => {
    const crashed = stack?.crashed ?? [];
    await stack?.stop({ keepLogs: failed || crashed.length > 0 });
    expect(crashed, 'services that ended by themselves').toEqual([]);
  });
  return () => {
    if (stack === undefined) throw new Error('the stack is there only while tests run');
    return stack;
  };
}
