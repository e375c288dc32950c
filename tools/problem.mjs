/**
 * Something the user can mend: wrong Java, a port in use, a broken download. Its message says what was wrong, where and
 * what to do, so it is printed without a stack.
 */
export class Problem extends Error {
  name = 'Problem';
}

/** The message of any thrown value. */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** Prints an error for a person: a Problem as it is, anything else, which is a fault of ours, with its stack. */
export function report(error) {
  const text = error instanceof Problem ? error.message : error instanceof Error ? error.stack : String(error);
  console.error(`\n${text}\n`);
}

/** The last lines of a text, for a message about a command that failed. */
export const lastLines = (text, count = 12) => text.trimEnd().split('\n').slice(-count).join('\n');
