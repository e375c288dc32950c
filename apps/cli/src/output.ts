import Table from 'cli-table3';
import { Option, type Command } from 'commander';
import { stringify } from 'yaml';

const formats = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof formats)[number];

/** What is allowed is checked later: `export` has a file of the same name. */
export function outputOption(): Option {
  const option = new Option('-o, --output <format>', 'how to print').default('table');
  option.argChoices = [...formats];
  return option;
}

/** Commands whose -o names a file. */
const toFile = new Set(['export']);

/** The file that -o names, for a command whose output is one; undefined: standard output. */
export function outputFile(command: Command): string | undefined {
  const given = command.getOptionValueSourceWithGlobals('output') === 'cli';
  return given ? command.optsWithGlobals<{ output: string }>().output : undefined;
}

/** @throws InvalidArgumentError where -o names no format, and the command wants one */
export function checkOutput(command: Command): void {
  const { output } = command.optsWithGlobals<{ output: string }>();
  if (toFile.has(command.name()) || (formats as readonly string[]).includes(output)) return;
  command.error(`error: option '-o, --output <format>' argument '${output}' is invalid. Allowed choices are ${formats.join(', ')}.`, { code: 'commander.invalidArgument' }); // prettier-ignore
}

export const outputFormat = (command: Command): OutputFormat =>
  command.optsWithGlobals<{ output: OutputFormat }>().output;

/** Prints a value as JSON or YAML, or by `words` for people. */
export function print(command: Command, value: unknown, words: () => string): void {
  const output = outputFormat(command);
  if (output === 'json') console.log(JSON.stringify(value, null, 2));
  else if (output === 'yaml') console.log(stringify(value).trimEnd());
  else console.log(words());
}

/** Prints one of several values that come one by one: a line of JSON, a document of YAML, or a line of words. */
export function printLine(command: Command, value: unknown, words: () => string): void {
  const output = outputFormat(command);
  if (output === 'json') console.log(JSON.stringify(value));
  else if (output === 'yaml') console.log(`---\n${stringify(value).trimEnd()}`);
  else console.log(words());
}

/** A plain table without rules, as other command lines print them. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' }; // prettier-ignore
  const table = new Table({
    head: [...head],
    chars: none,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** `12.3 MB`, in powers of 1000. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** A number of the size people read: four digits after the point at most. */
export const short = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : String(Number(value.toFixed(4)));

/** `v1 90 %, v2 10 %`, without versions that get nothing. */
export function sharesOf(allocation: readonly { version: string; weight: number }[]): string {
  return allocation
    .filter(({ weight }) => weight > 0)
    .map(({ version, weight }) => `${version} ${percent(weight)}`)
    .join(', ');
}

/** `v2 (100 %), v3 (10 %)`, empty where there are none. */
export const shadowsOf = (shadows: readonly { version: string; fraction: number }[]): string =>
  shadows.map(({ version, fraction }) => `${version} (${percent(fraction)})`).join(', ');
