import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { apiOf } from '../context.js';
import { messageOf } from '../errors.js';
import { print } from '../output.js';

interface PredictOptions {
  readonly json?: string;
  readonly file?: string;
  readonly id?: string;
  readonly key?: string;
}

/** `predict NAME --json BODY`: one request over HTTP. */
export function registerPredict(program: Command): void {
  program
    .command('predict')
    .argument('<name>', 'the endpoint')
    .option('--json <body>', 'a body of V2 ({"inputs": …}) or V1 ({"instances": …})')
    .option('--file <file>', 'a file with such a body')
    .option('--id <id>', 'the request’s id, by which truth finds it; made where absent')
    .option('--key <key>', 'the consumer’s key, which makes the assignment sticky')
    .description('send one request')
    .action(async (name: string, options: PredictOptions, command: Command) => {
      const body = await bodyOf(options, command);
      const headers = {
        ...(options.id !== undefined && { 'x-request-id': options.id }),
        ...(options.key !== undefined && { 'x-routing-key': options.key }),
      };
      const result = await apiOf(command).predict(name, body, headers);
      print(command, result, () => `${JSON.stringify(result.answer)}\nanswered by ${result.version}, id ${result.id}`);
    });
}

async function bodyOf({ json, file }: PredictOptions, command: Command): Promise<string> {
  if ((json === undefined) === (file === undefined))
    command.error('error: give one of --json and --file', { exitCode: 2 });
  const body = json ?? (await readFile(file ?? '', 'utf8'));
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new Error(`the body is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (typeof parsed !== 'object' || parsed === null)
    throw new Error('the body must be an object with "inputs" or "instances"');
  return body;
}
