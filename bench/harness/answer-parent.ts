import type { ProgramMessage } from './program.js';

/** What a program does once it runs. */
export interface Running<Question, Answer> {
  answer(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

/**
 * The program's side of `startProgram`: starts with the settings given, says that it is ready, answers, and ends when
 * the runner lets go of it or is gone.
 */
export async function answerParent<Settings, Question, Answer>(
  start: (settings: Settings) => Promise<Running<Question, Answer>>,
): Promise<void> {
  const tell = (message: ProgramMessage<Answer>) => process.send?.(message);
  const tellFailure = (error: unknown) =>
    tell({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });

  try {
    const running = await start(JSON.parse(process.argv[2] ?? '{}') as Settings);
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
