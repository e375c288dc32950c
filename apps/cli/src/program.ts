import { Command } from 'commander';
import { commands } from './commands/index.js';
import { checkOutput, outputOption } from './output.js';

/** The tree of all commands; completion and the reference page are made from it too. */
export function createProgram(): Command {
  const program = new Command('understudy')
    .description('Puts new versions of models in front of real traffic without betting the service on them.')
    .option(
      '--deployer <url>',
      'address of the deployer (DEPLOYER_URL)',
      process.env['DEPLOYER_URL'] ?? 'http://127.0.0.1:8081',
    )
    .option(
      '--ingress <url>',
      'address of the ingress (INGRESS_URL)',
      process.env['INGRESS_URL'] ?? 'http://127.0.0.1:8080',
    )
    .option(
      '--feedback <url>',
      'address of feedback, which audits and forgets (FEEDBACK_URL)',
      process.env['FEEDBACK_URL'] ?? 'http://127.0.0.1:8085',
    )
    .addOption(outputOption())
    .showHelpAfterError('(understudy --help lists the commands)')
    .hook('preAction', (_program, command) => checkOutput(command))
    .exitOverride();
  for (const register of commands) register(program);
  return program;
}
