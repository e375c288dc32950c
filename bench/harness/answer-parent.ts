import type { ProgramMessage } from './program.js';

/** What a program does once it runs. */
export interface Running<Question, Answer> {
  answer(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

/** The settings that `startProgram` was given: the program knows their type. */
export const ownSettings = (): unknown => JSON.parse(process.argv[2] ?? '{}');

/**
 * The program's side of `startProgram`: starts, says that it is ready, answers, and ends when
 * the runner lets go of it or is gone.
 */
export async function answerParent<Question, Answer>(start: () => Promise<Running<Question, Answer>>): Promise<void> {
  const tell = (message: ProgramMessage<Answer>) => process.send?.(message);
  const tellFailure = (error: unknown) =>
    tell({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });

  try {
    const running = await start();
    process.on('message', (question: Question) => {
      running.answer(question).then((answer) => tell({ type: 'answer', answer }), tellFailure);
    });
    process.once('disconnect', () => {
      setTimeout(() => process.exit(1), 8_000).unref();
      void running.stop().finally(() => process.exit(0));
    });
    tell({ type: 'ready' });
  } catch (error) {
    tellFailure(error);
  }
}
