import { anySignal, until } from './waiting.mjs';

/**
 * How a child ends, as a promise that never rejects: { code, signal, error }, with error where it could not be started.
 * To be asked for as soon as the child is spawned.
 */
export const exitOf = (child) =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });

/** In words how a child ended. */
export const describeExit = ({ code, signal, error }) =>
  error
    ? `it could not be started (${error.message})`
    : signal
      ? `it was ended by ${signal}`
      : `it ended with code ${code}`;

/**
 * Waits until a server that was just spawned answers.
 *
 * @throws as soon as its process has ended, when it does not answer in timeoutMs, or when aborted
 */
export async function untilItAnswers(ask, { exited, signal, timeoutMs = 60_000 }) {
  const gone = new AbortController();
  void exited.then((exit) => gone.abort(new Error(describeExit(exit))));
  await until(ask, { timeoutMs, signal: anySignal(signal, gone.signal), what: 'its first answer' });
}
