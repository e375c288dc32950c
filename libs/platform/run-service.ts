import { ConfigError, type PlatformConfig } from './config.js';
import { type RunningService, type ServiceDefinition, startService } from './start-service.js';

/** An orderly stop that takes longer is cut off: what is left undone is done again by whoever takes over. */
const stopLimitMs = 5_000;

/**
 * Runs a service as this process, for its `main.ts`. SIGTERM and SIGINT stop it in order within 5 s (exit code 0); an
 * error that nobody caught, or a start that fails, is logged and ends it with exit code 1.
 */
export async function runService<Config extends PlatformConfig>(definition: ServiceDefinition<Config>): Promise<void> {
  let running: RunningService | undefined;
  let stopping = false;

  const crash = (what: string, error: unknown): void => {
    report(definition.app, running, what, error);
    process.exit(1);
  };
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    // Still starting: nothing is in hand yet.
    if (running === undefined) process.exit(0);
    const { logger } = running;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error(`did not stop within ${stopLimitMs} ms; leaving anyway`);
      process.exit(1);
    }, stopLimitMs).unref();
    running.stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => crash('could not stop in order', error),
    );
  };

  // Node's own listener prints to stderr what is no JSON.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    // kafkajs waits for a time in the past now and then, which does no harm.
    if (warning.name !== 'TimeoutNegativeWarning') running?.logger.warn({ warning: warning.name }, warning.message);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('uncaughtException', (error) => crash('uncaught exception', error));
  process.on('unhandledRejection', (error) => crash('unhandled rejection', error));
  try {
    running = await startService(definition);
  } catch (error) {
    crash('could not start', error);
  }
}

function report(app: string, running: RunningService | undefined, what: string, error: unknown): void {
  if (running !== undefined) {
    running.logger.fatal({ err: error }, what);
    return;
  }
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${app} ${what}: ${text ?? ''}\n`);
}
