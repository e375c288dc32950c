/** The command `understudy`: everything it does goes through the HTTP APIs of the services. */
import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.js';
import { ApiError, describeFailure } from './errors.js';
import { checkOutput, outputOption } from './output.js';

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

/** Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the service cannot be reached. */
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    console.error(describeFailure(error));
    process.exitCode = error instanceof ApiError && error.unreachable ? 3 : 1;
  }
}
