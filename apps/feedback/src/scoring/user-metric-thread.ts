/** Runs a user's metric in a thread: see user-metric.ts. Only types may be erased from this file, since Node runs it as it is. */
import { pathToFileURL } from 'node:url';
import { workerData } from 'node:worker_threads';
import type { FromMetric, ToMetric, MetricThreadData } from './user-metric.js';

interface UserModule {
  readonly score?: (row: ToMetric) => unknown;
}

const { path, port, answered } = workerData as MetricThreadData;
const send = (message: FromMetric): void => {
  port.postMessage(message);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
};
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  const { score } = (await import(pathToFileURL(path).href)) as UserModule;
  if (typeof score !== 'function') throw new Error('it exports no function "score"');
  const answer = async (row: ToMetric): Promise<void> => {
    try {
      send({ kind: 'scored', reward: await score(row) });
    } catch (error) {
      const isAnswers = error instanceof Error && error.name === 'InvalidAnswer';
      send({ kind: 'refused', error: messageOf(error), fault: isAnswers ? 'answer' : 'truth' });
    }
  };
  port.on('message', (row: ToMetric) => void answer(row));
  send({ kind: 'loaded' });
} catch (error) {
  send({ kind: 'failed', error: messageOf(error) });
}
