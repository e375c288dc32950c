import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of a benchmark: it starts, says that it is ready, answers questions one at a time, and stops. */
export interface Program<Question, Answer> {
  readonly pid: number;
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

/** What passes between the runner and a program; see `answerParent` for the other side. */
export type ProgramMessage<Answer> =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'failed'; readonly error: string };

/**
 * Starts `bench/programs/<name>` as a process of its own and waits until it is ready.
 *
 * @param settings given to the program as JSON
 * @param nodeArguments e.g. `--cpu-prof`
 * @throws when the program fails or ends before it is ready; a question rejects in the same way
 */
export async function startProgram<Question, Answer>(
  name: string,
  settings: object,
  nodeArguments: readonly string[] = [],
): Promise<Program<Question, Answer>> {
  const file = fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url));
  const child = fork(file, [JSON.stringify(settings)], {
    // kafkajs 2.2.4 asks for timers in the past, which Node 24 warns of.
    execArgv: ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning', ...nodeArguments],
    env: { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' },
  });
  const gone = once(child, 'exit').then((exit) => {
    const [code, signal] = exit as [number | null, string | null];
    throw new Error(`bench/programs/${name} ended with ${signal ?? `code ${String(code)}`}`);
  });
  gone.catch(() => undefined);

  const next = async (): Promise<ProgramMessage<Answer>> => {
    const [message] = (await Promise.race([once(child, 'message'), gone])) as [ProgramMessage<Answer>];
    if (message.type === 'failed') throw new Error(`bench/programs/${name}: ${message.error}`);
    return message;
  };
  const stop = async () => {
    const ended = gone.catch(() => undefined);
    if (child.connected) child.disconnect();
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  };

  try {
    await next();
  } catch (error) {
    await stop();
    throw error;
  }
  if (child.pid === undefined) throw new Error(`bench/programs/${name} did not start`);
  return {
    pid: child.pid,
    stop,
    ask: async (question) => {
      child.send(question as object);
      const message = await next();
      if (message.type !== 'answer') throw new Error(`bench/programs/${name} answered with "${message.type}"`);
      return message.answer;
    },
  };
}
