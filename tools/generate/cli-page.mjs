// What stands in the environment is nobody else's default.
for (const name of ['DEPLOYER_URL', 'INGRESS_URL', 'FEEDBACK_URL']) delete process.env[name];
const { createProgram } = await import('../../dist/apps/cli/src/program.js');
const { visible } = await import('../../dist/apps/cli/src/completion/complete.js');
const { exitCodes } = await import('../../dist/apps/cli/src/exit-codes.js');

/** A page of every command, from the tree that the command line itself is made of. */
export function cliPage() {
  const program = createProgram();
  return [
    '# The command line',
    '',
    'Generated from the commands by `npm run generate`. `npx understudy COMMAND --help` says the same; `understudy completion bash` (or',
    '`zsh`, `fish`) prints a script that completes commands, options and the names of endpoints.',
    '',
    'Options of every command:',
    '',
    ...optionsTable(program),
    '',
    '`-o json` and `-o yaml` print all that the services answered, for scripts; `table` is for people, and may change. `export` alone writes to the file that',
    '`-o` names. Commands that go on (`watch`, `events --follow`) print a line of JSON, or a document of YAML, for each change.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`),
    ...visible(program).flatMap((command) => section(command, program.name())),
    '',
  ].join('\n');
}

function section(command, parent) {
  const name = `${parent} ${command.name()}`;
  const nested = visible(command);
  const options = command.options.filter(({ hidden }) => !hidden);
  const described = command.registeredArguments.filter(({ description }) => description !== '');
  const usage = command.registeredArguments.map((argument) => usageOf(argument));
  return [
    '',
    `## ${[name, ...usage].join(' ').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}`,
    '',
    `${sentence(command.description())}`,
    ...(described.length === 0
      ? []
      : ['', ...described.map((argument) => `- \`${usageOf(argument)}\`: ${argument.description}`)]),
    ...(options.length === 0 ? [] : ['', ...optionsTable(command)]),
    ...nested.flatMap((one) => section(one, name)),
  ];
}

function optionsTable(command) {
  const rows = command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => {
      const shown = option.defaultValueDescription ?? option.defaultValue;
      const isSaid =
        shown === undefined || shown === false || (Array.isArray(shown) && shown.length === 0) || option.negate;
      const choices =
        option.argChoices === undefined
          ? ''
          : `; one of ${option.argChoices.map((choice) => `\`${choice}\``).join(', ')}`;
      return `| \`${option.flags.replaceAll('|', '\\|')}\` | ${escaped(option.description)}${choices}${option.mandatory ? '; must be given' : ''} | ${isSaid ? '' : `\`${shown}\``} |`;
    });
  return ['| option | what | default |', '| --- | --- | --- |', ...rows];
}

const usageOf = (argument) => {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};
const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
