/** Runs a user's module in a thread: see module.ts. Only types may be erased from this file, since Node runs it as it is. */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answered, FromThread, ToThread } from './module-messages.js';

interface UserModule {
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly batching?: unknown;
  readonly load?: (options: unknown) => unknown;
  readonly predict?: (inputs: Answered) => Answered | Promise<Answered>;
}

const { path, options } = workerData as { path: string; options: unknown };
const send = (message: FromThread): void => parentPort?.postMessage(message);
const failed = (call: number, error: unknown): FromThread => ({
  kind: 'failed',
  call,
  error: error instanceof Error ? error.message : String(error),
  invalid: error instanceof Error && error.name === 'InvalidInput',
});

try {
  const user = (await import(pathToFileURL(path).href)) as UserModule;
  const { inputs, outputs, batching, predict } = user;
  if (typeof predict !== 'function') throw new Error('the module exports no function "predict"');
  await user.load?.(options);
  const answer = async (question: ToThread): Promise<void> => {
    try {
      send({ kind: 'answered', call: question.call, outputs: await predict(question.inputs) });
    } catch (error) {
      send(failed(question.call, error));
    }
  };
  parentPort?.on('message', (question: ToThread) => void answer(question));
  send({ kind: 'loaded', declaration: { inputs, outputs, batching } });
} catch (error) {
  send(failed(-1, error));
}
