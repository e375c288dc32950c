import type { Command, Option } from 'commander';

/** What may stand at the cursor. */
export interface Completion {
  readonly words: readonly string[];
  /** The names of endpoints too. */
  readonly endpoints: boolean;
}

const nothing: Completion = { words: [], endpoints: false };

/**
 * What may come next, by the tree of commands.
 *
 * @param before the words before the cursor, without the program's name
 * @param current the word at the cursor, as far as it is typed
 */
export function complete(program: Command, before: readonly string[], current: string): Completion {
  let command = program;
  let operands = 0;
  let open: Option | undefined;
  for (const word of before) {
    if (open !== undefined) open = undefined;
    else if (word.startsWith('-'))
      open = withValue(optionsOf(command).find(({ long, short }) => word === long || word === short)); // prettier-ignore
    else {
      const next = operands === 0 ? visible(command).find((one) => one.name() === word) : undefined;
      if (next === undefined) operands++;
      else command = next;
    }
  }
  if (open !== undefined) return valuesOf(open);
  if (current.startsWith('-')) return startingWith(current, { ...nothing, words: optionsOf(command).flatMap(({ long }) => long ?? []) }); // prettier-ignore
  const argument =
    command.registeredArguments[operands] ?? command.registeredArguments.findLast(({ variadic }) => variadic);
  const names = operands === 0 ? visible(command).map((one) => one.name()) : [];
  return startingWith(current, {
    words: [...names, ...(argument?.argChoices ?? [])],
    endpoints: argument?.name() === 'name',
  });
}

/** The commands that help shows. */
export const visible = (command: Command): Command[] => command.createHelp().visibleCommands(command).filter((one) => one.name() !== 'help'); // prettier-ignore

/** A command's options and those of the commands above it. */
const optionsOf = (command: Command): readonly Option[] => [
  ...command.options.filter(({ hidden }) => !hidden),
  ...(command.parent === null ? [] : optionsOf(command.parent)),
];

const withValue = (option: Option | undefined): Option | undefined =>
  option !== undefined && (option.required || option.optional) ? option : undefined;

const valuesOf = ({ long, argChoices }: Option): Completion => ({
  words: argChoices ?? [],
  endpoints: long === '--endpoint',
});

const startingWith = (current: string, { words, endpoints }: Completion): Completion => ({
  words: words.filter((word) => word.startsWith(current)),
  endpoints,
});
