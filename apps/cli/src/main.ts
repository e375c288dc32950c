/** The command `understudy`: everything it does goes through the HTTP APIs of the services. */
import { CommanderError } from 'commander';
import { describeFailure } from './errors.js';
import { exitCodeOf } from './exit-codes.js';
import { createProgram } from './program.js';

try {
  await createProgram().parseAsync();
} catch (error) {
  // Commander has said what is wrong.
  if (!(error instanceof CommanderError)) console.error(describeFailure(error));
  process.exitCode = exitCodeOf(error);
}
